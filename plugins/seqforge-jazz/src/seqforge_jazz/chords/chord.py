"""A chord: root, kind, tensions and bass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from seqforge_jazz.chords import grammar, kinds, spelling
from seqforge_jazz.chords.stacks import write_suffix


@dataclass(frozen=True)
class Chord:
    """A chord as a symbol says it; equal symbols of different writing give equal chords.

    `root` is a note name such as `Bb`, `None` where no chord sounds; `kind` is one of `KINDS`; `tensions` are some of
    `TENSIONS` in that order; `bass` is a note name where it is not the root. `Chord.parse(chord.symbol) == chord`.
    """

    root: str | None
    kind: str = ""
    tensions: tuple[str, ...] = ()
    bass: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in kinds.KIND_TONES:
            raise ValueError(f"no kind of chord is called {self.kind!r}")
        if (self.root is None) != (self.kind == "N.C.") or (self.root is None and (self.tensions or self.bass)):
            raise ValueError("a chord has no root if and only if it is N.C., which has no tensions and no bass")
        for name in (self.root, self.bass):
            if name is not None and name not in spelling.PITCH_CLASSES:
                raise ValueError(f"{name!r} is no note name")
        if self.tensions != tuple(tension for tension in kinds.TENSIONS if tension in self.tensions):
            raise ValueError(f"{self.tensions} are not tensions in the order of {kinds.TENSIONS}")

    @classmethod
    def parse(cls, text: str) -> Chord:
        """Return the chord that `text` names; `ChordError` points at what is not understood."""
        return cls(*grammar.read(text))

    @cached_property
    def symbol(self) -> str:
        """The canonical symbol, such as `Bbmaj7`, `C9(#11)`, `F#m7b5`, `G7sus/D` or `N.C.`."""
        if self.root is None:
            return "N.C."
        return self.root + write_suffix(self.kind, self.tensions) + (f"/{self.bass}" if self.bass else "")

    def __str__(self) -> str:
        return self.symbol

    @cached_property
    def root_pitch_class(self) -> int | None:
        """0 for C to 11 for B; `None` where no chord sounds."""
        return None if self.root is None else spelling.pitch_class(self.root)

    @cached_property
    def bass_pitch_class(self) -> int | None:
        """Pitch class of the lowest note: of the root where no other bass is written."""
        return self.root_pitch_class if self.bass is None else spelling.pitch_class(self.bass)

    @property
    def sound(self) -> tuple[int | None, str, tuple[str, ...], int | None]:
        """What the chord is apart from its spelling: equal for `F#7` and `Gb7`."""
        return self.root_pitch_class, self.kind, self.tensions, self.bass_pitch_class

    @property
    def family(self) -> str:
        """One of `FAMILIES`."""
        if self.kind == "7" and kinds.ALTERATIONS.intersection(self.tensions):
            return "altered"
        return kinds.KIND_FAMILIES[self.kind]

    @cached_property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes of triad and sixth or seventh, root first; empty where no chord sounds."""
        return self._above_root(kinds.KIND_TONES[self.kind])

    @cached_property
    def all_tones(self) -> tuple[int, ...]:
        """Pitch classes of `tones`, then of the tensions (all altered ones for `7alt`), none twice."""
        tensions = self._above_root(kinds.tension_semitones(self.kind, self.tensions))
        return tuple(dict.fromkeys(self.tones + tensions))

    @cached_property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the usual chord scale, ascending from the root; empty where no chord sounds."""
        return self._above_root(kinds.chord_scale(self.kind, self.tensions))

    def transposed(self, semitones: int, letters: int | None = None) -> Chord:
        """Return the chord `semitones` higher (or lower, if negative).

        `letters` is how many steps of the staff that is, so that a whole chart keeps its spelling; without it the
        root takes the name that is usual for its kind.
        """
        if self.root is None or (semitones % 12 == 0 and not letters):
            return self
        if letters is None:
            names = spelling.MINOR_NAMES if 3 in kinds.KIND_TONES[self.kind] else spelling.MAJOR_NAMES
            root = names[(spelling.pitch_class(self.root) + semitones) % 12]
        else:
            root = spelling.shifted(self.root, semitones, letters)
        if self.bass is None:
            return Chord(root, self.kind, self.tensions)
        interval = (spelling.pitch_class(self.bass) - spelling.pitch_class(self.root)) % 12
        bass = spelling.shifted(root, interval, spelling.letters_between(self.root, self.bass))
        return Chord(root, self.kind, self.tensions, bass)

    def _above_root(self, semitones: tuple[int, ...]) -> tuple[int, ...]:
        root = self.root_pitch_class
        return () if root is None else tuple((root + above) % 12 for above in semitones)


NO_CHORD = Chord(None, "N.C.")
"""No chord sounds."""
