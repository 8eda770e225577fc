"""Codec `grammar`: each note as its type against the chord, its length, and the range of its interval.

The values are those of the original Jazzify design; the alphabet is that of the corpus, in the order in which its
values appear.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import ContextField, DataError, OutputView, Piece, Shown, View, Vocabulary
from seqforge_jazz.changes import changes_of, prompt_of, sheet_of
from seqforge_jazz.chart_sources import resolved
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.grammar_bars import BarFilling, GrammarGuides
from seqforge_jazz.grammar_pitches import choose_pitch
from seqforge_jazz.grammar_values import CLASSES, REST, Value, values_of
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.page.events import Event
from seqforge_jazz.piano_roll import piano_roll
from seqforge_jazz.pitch_range import asked_range, range_of
from seqforge_jazz.tone_types import tones_of_chord

__all__ = ["GrammarCodec"]

Ints = NDArray[np.int32]


class GrammarCodec:
    """Lead sheets as values such as `S,0.250,<m2,P-4>`.

    Made without a vocabulary it adds what it meets while it encodes; made with one it knows nothing else. With `rests`
    silence is encoded, too; the original leaves it out, so that the notes of a bar move together.
    """

    context_fields: tuple[ContextField, ...] = ()
    output_views: tuple[OutputView, ...] = ()

    def __init__(self, *, vocabulary: Vocabulary | None = None, rests: bool = False) -> None:
        self.options: Mapping[str, Any] = {"rests": rests}
        self._rests = rests
        self._grows = vocabulary is None
        symbols = () if vocabulary is None else vocabulary.symbols
        self._values = [Value.parse(symbol) for symbol in symbols]
        self._token_of = {symbol: token for token, symbol in enumerate(symbols)}

    @property
    def vocabulary(self) -> Vocabulary:
        """The values so far."""
        return Vocabulary(tuple(self._token_of), tuple(CLASSES[value.type] for value in self._values))

    def encode(self, work: LeadSheet) -> Piece:
        """See `seqforge.Codec.encode`; `DataError` for a sheet without notes, without chords or with a new value."""
        symbols = values_of(work, rests=self._rests)
        tokens = np.array([self._token(symbol, work.title) for symbol in symbols], np.int32)
        return Piece(
            id=work.title,
            group=work.group or work.title,
            prompt={**prompt_of(work, work.instrument), "pitch_seed": 0},
            tokens=tokens,
            context=np.zeros((len(tokens), 0), np.int32),
        )

    def variants(self, piece: Piece) -> Iterator[Piece]:
        """The piece alone: values name no key."""
        yield piece

    def guides(self, prompts: Sequence[Mapping[str, Any]]) -> GrammarGuides:
        """See `seqforge.Codec.guides`; `RequestError` for a chord, key or range that can't be read."""
        charts = [changes_of(prompt).chart for prompt in prompts]
        for prompt in prompts:
            asked_range(prompt)  # one that can't be is an error before anything is generated
        return GrammarGuides(self._values, [(chart.bars, chart.ticks_per_bar) for chart in charts])

    def resolve(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was said of a prompt, its chart read from where it says: a file, standard input, a link."""
        return resolved(given)

    def decode(self, tokens: Sequence[int], prompt: Mapping[str, Any]) -> LeadSheet:
        """See `seqforge.Codec.decode`: bars are filled in turn, pitches drawn as `pitch_seed` and the tokens say."""
        changes = changes_of(prompt)
        allowed = range_of(prompt)
        generator = _generator(prompt["pitch_seed"], tokens)
        filling = BarFilling(changes.chart.bars, changes.chart.ticks_per_bar)
        notes: list[Note] = []
        for token in tokens:
            value = self._value(token)
            place = filling.place(value)
            if place is None:
                break
            if value.type == REST:
                continue
            start, end = place
            before = notes[-1].pitch if notes else None
            tones = tones_of_chord(changes.chart.chord_at(start))
            notes.append(Note(start, end - start, choose_pitch(value, tones, before, allowed, generator)))
        return sheet_of(changes, notes, prompt)

    def place(self, piece: Piece, token: int) -> str:
        """See `seqforge.Placing.place`: the bar, among those that the values fill."""
        ticks_per_bar = changes_of(piece.prompt).chart.ticks_per_bar
        filling = BarFilling(len(piece.tokens), ticks_per_bar)
        places = [filling.place(self._value(each)) for each in piece.tokens[: token + 1].tolist()]
        start = places[-1][0] if places and places[-1] else 0
        return f"bar {start // ticks_per_bar + 1}"

    def show(self, shown: Sequence[Shown]) -> View:
        """See `seqforge.Showing.show`: a player with a piano roll."""
        from seqforge_jazz.page.view import view  # a page is rare, and takes its time to load

        return view(shown, self._events)

    def draw(self, work: LeadSheet, columns: int, lines: int) -> str:
        """See `seqforge.Drawing.draw`: a piano roll of Braille dots."""
        return piano_roll(work, columns, lines)

    def _events(self, tokens: Sequence[int], chart: Chart) -> list[Event]:
        """The values that have room in a chart, one event each."""
        filling = BarFilling(chart.bars, chart.ticks_per_bar)
        events: list[Event] = []
        for index, value in enumerate(map(self._value, tokens)):
            place = filling.place(value)
            if place is None:
                break
            events.append(Event(*place, value.type != REST, (index, index + 1)))
        return events

    def units(self, tokens: Ints) -> dict[str, float]:
        """Events (values), notes, and the quarters that their lengths add up to as `beat`."""
        values = [self._value(token) for token in tokens]
        ticks = sum(value.ticks for value in values)
        return {
            "event": float(len(values)),
            "note": float(sum(value.type != REST for value in values)),
            "beat": ticks / TICKS_PER_QUARTER,
        }

    def _token(self, symbol: str, title: str) -> int:
        token = self._token_of.get(symbol)
        if token is None:
            if not self._grows:
                raise DataError(f"'{title}' has the value {symbol}, which is none of the model's {len(self._values)}")
            token = len(self._values)
            self._values.append(Value.parse(symbol))
            self._token_of[symbol] = token
        return token

    def _value(self, token: int) -> Value:
        if not 0 <= token < len(self._values):
            raise DataError(f"token {token} is not in the vocabulary; allowed: 0 to {len(self._values) - 1}")
        return self._values[token]


def _generator(seed: int, tokens: Sequence[int]) -> np.random.Generator:
    """The same for equal seeds and tokens."""
    digest = hashlib.sha256(np.asarray(tokens, "<i8").tobytes()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:16], "big")])
