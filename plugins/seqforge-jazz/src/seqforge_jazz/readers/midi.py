"""Reader of MIDI files: a melody track as the line, and chords from wherever they can be had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqforge import DataError, OutOfRange, Source
from seqforge_jazz.charts import LARGEST_CHART, TICKS_PER_QUARTER, Chart
from seqforge_jazz.chords import NO_CHORD
from seqforge_jazz.forms import chart_from
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.keys import likely_key
from seqforge_jazz.leadsheet import LeadSheet, Note, Voicing
from seqforge_jazz.readers.chord_inference import inferred_chords
from seqforge_jazz.readers.chord_names import named_chords
from seqforge_jazz.readers.grid import SHORTEST_REST, chart_of_changes, fitting_instrument, one_at_a_time
from seqforge_jazz.readers.midi_file import MidiFile, Track, printable, read_midi_file
from seqforge_jazz.readers.quantization import Grid, chords_and_line, notes_on_grid
from seqforge_jazz.readers.timeline import FASTEST_BPM, SLOWEST_BPM, Meter, meter_of, tempo_of
from seqforge_jazz.readers.track_choice import AUTO, Choice, bass_track, chord_track, melody_track

__all__ = ["MidiReader"]


@dataclass(frozen=True)
class _Stretch:
    """The part of a file that is read: what its tracks play there, and where (ticks; `end` is exclusive)."""

    file: MidiFile
    tracks: list[Track]
    start: int
    end: int

    @property
    def pulses(self) -> tuple[int, int]:
        """Start and end in pulses."""
        unit = self.file.pulses_per_quarter
        return self.start * unit // TICKS_PER_QUARTER, self.end * unit // TICKS_PER_QUARTER


@dataclass(frozen=True)
class _Bars:
    """The bars of the lead sheet: the first begins at tick `origin` of the file."""

    beats_per_bar: int
    count: int
    origin: int


@dataclass(frozen=True)
class _Harmony:
    """The chords of the lead sheet, and where they come from."""

    chart: Chart
    source: str
    accompaniment: tuple[Voicing, ...] = ()
    key: str = ""


class MidiReader:
    """Gives the one `LeadSheet` of a MIDI file, after a `Source` whose notes say what was taken from where.

    Tracks are numbered from 0, counting only those that sound, in the order of the file; in a file of type 0 each
    channel is a track. Chords are those of `chords`; else those of a track that `chord_track` names; else chord names
    in the file; else the chords of the track that plays most of them, guessed where `infer_chords` is true; else N.C.
    """

    def __init__(
        self,
        *,
        melody_track: str | int = AUTO,
        chord_track: str | int = AUTO,
        from_quarter: float = 0.0,
        to_quarter: float = 0.0,
        tempo: float = 0.0,
        divisions: str = "12",
        chords: str = "",
        infer_chords: bool = True,
    ) -> None:
        if from_quarter < 0 or (to_quarter and to_quarter <= from_quarter):
            raise OutOfRange("data.to_quarter", to_quarter, "0 for the end, or above data.from_quarter (0 or more)")
        if tempo and not SLOWEST_BPM <= tempo <= FASTEST_BPM:
            raise OutOfRange("data.tempo", tempo, f"0 for the file's, or {SLOWEST_BPM:g} to {FASTEST_BPM:g}")
        self.melody_track = str(melody_track).strip()
        self.chord_track = str(chord_track).strip()
        self.from_quarter = from_quarter
        self.to_quarter = to_quarter
        self.tempo = tempo
        self.grid = Grid.parse(divisions)
        self.changes = chart_from(chords) if chords.strip() else None
        self.infer_chords = infer_chords

    def read(self, path: Path) -> Iterator[LeadSheet | Source]:
        """A `Source` with notes, and the lead sheet; `DataError` says why there is none."""
        file = read_midi_file(path)
        if not file.tracks:
            raise DataError(
                "the MIDI file has no notes; give one with a melody track, and name it by data.melody_track"
            )
        stretch, notes = self._stretch(file)
        melody = melody_track(stretch.tracks, self.melody_track, file.pulses_per_quarter)
        meter = meter_of(file, *stretch.pulses)
        tempo_bpm, tempo_notes = tempo_of(file, *stretch.pulses, self.tempo)
        bars, performance = self._line(stretch, melody, meter)
        harmony = self._harmony(stretch, melody.number, bars)
        line = one_at_a_time(performance, SHORTEST_REST)
        limit = harmony.chart.ticks
        line = tuple(note if note.end <= limit else Note(note.start, limit - note.start, note.pitch) for note in line)
        notes = (*notes, f"melody: {melody}; data.melody_track names another", harmony.source, *tempo_notes)
        if meter.beats_per_bar == 3:
            notes = (*notes, "meter: 3/4; data.from_quarter and data.to_quarter choose a stretch in another")
        title = printable(path.stem) or "untitled"
        yield Source(title, 0, notes=notes)
        yield LeadSheet(
            title=title,
            chart=harmony.chart,
            notes=line,
            key=harmony.key or str(likely_key(harmony.chart)),
            tempo_bpm=tempo_bpm,
            swing=0.5,  # the file swings as it was played
            instrument=_instrument(melody.track, line),
            group=title.casefold(),
            accompaniment=harmony.accompaniment,
            performance=performance,
        )

    def _stretch(self, file: MidiFile) -> tuple[_Stretch, tuple[str, ...]]:
        """What the options cut out of the file; the whole file if it ends before that, and a note that says so."""
        unit = file.pulses_per_quarter
        last = max(note.start for track in file.tracks for note in track.notes)
        end = self.grid.nearest(last, unit) + 1
        start, wanted_end = round(self.from_quarter * TICKS_PER_QUARTER), round(self.to_quarter * TICKS_PER_QUARTER)
        notes: tuple[str, ...] = ()
        if start >= end:
            quarters = last / unit
            text = f"the last note starts at quarter {quarters:g}, before data.from_quarter ({self.from_quarter:g})"
            notes = (f"used whole: {text}; data.from_quarter and data.to_quarter choose a stretch",)
            start, wanted_end = 0, 0
        if wanted_end:
            end = min(end, wanted_end)
        tracks = [self._part_of(track, start, end, unit) for track in file.tracks]
        if not any(track.notes for track in tracks):
            raise DataError(
                f"no notes start from quarter {self.from_quarter:g} to {self.to_quarter:g};"
                " change data.from_quarter and data.to_quarter"
            )
        return _Stretch(file, tracks, start, end), notes

    def _part_of(self, track: Track, start: int, end: int, unit: int) -> Track:
        inside = [note for note in track.notes if start <= self.grid.nearest(note.start, unit) < end]
        return Track(track.name, inside, track.channels, track.programs)

    def _line(self, stretch: _Stretch, melody: Choice, meter: Meter) -> tuple[_Bars, tuple[Note, ...]]:
        """The bars that the melody fills, and its notes with the lengths that they have in the file."""
        origin = meter.bar_line(stretch.start)
        unit = stretch.file.pulses_per_quarter
        _, line = chords_and_line(melody.track.notes, self.grid, unit, (stretch.start, stretch.end), origin)
        over = max(note.end for note in line)
        if self.to_quarter and stretch.end < origin + over:
            over = max(stretch.end - origin, line[-1].start + 1)
        bar = meter.beats_per_bar * TICKS_PER_QUARTER
        count = -(-over // bar)
        if count > LARGEST_CHART:
            raise DataError(
                f"the melody ends in bar {count}; allowed: at most {LARGEST_CHART} bars;"
                " set data.from_quarter and data.to_quarter to a shorter stretch"
            )
        return _Bars(meter.beats_per_bar, count, origin), line

    def _harmony(self, stretch: _Stretch, melody: int, bars: _Bars) -> _Harmony:
        if self.changes is not None:
            chart, key, _ = self.changes
            return _Harmony(_stretched(chart, bars), "chords: those of data.chords", key=key)
        unit = stretch.file.pulses_per_quarter
        names = named_chords(stretch.file) if self.chord_track == AUTO else None
        if names is not None:
            kind, chords = names
            changes = [(round(pulse * TICKS_PER_QUARTER / unit) - bars.origin, chord) for pulse, chord in chords]
            placed = [(max(tick, 0), chord) for tick, chord in changes]
            chart = chart_of_changes(bars.beats_per_bar, bars.count, placed)
            return _Harmony(chart, f"chords: names in the file ({kind}); data.chords writes others")
        choice = chord_track(stretch.tracks, self.chord_track, melody, unit)
        if choice is None:
            chart = Chart.of_beats(bars.beats_per_bar, [NO_CHORD] * (bars.beats_per_bar * bars.count))
            return _Harmony(
                chart, "chords: none found, N.C. throughout; data.chords writes them, data.chord_track names a track"
            )
        return self._played_harmony(stretch, choice, bars)

    def _played_harmony(self, stretch: _Stretch, choice: Choice, bars: _Bars) -> _Harmony:
        unit = stretch.file.pulses_per_quarter
        end = bars.origin + bars.count * bars.beats_per_bar * TICKS_PER_QUARTER
        window = (stretch.start, min(stretch.end, end))
        accompaniment, _ = chords_and_line(choice.track.notes, self.grid, unit, window, bars.origin)
        if not self.infer_chords:
            chart = Chart.of_beats(bars.beats_per_bar, [NO_CHORD] * (bars.beats_per_bar * bars.count))
            return _Harmony(chart, f"chords: as played by {choice}, without names", accompaniment)
        bass = bass_track(stretch.tracks)
        played = notes_on_grid(choice.track.notes, self.grid, unit, window, bars.origin)
        low = notes_on_grid(bass.notes, self.grid, unit, window, bars.origin) if bass is not None else ()
        beats = inferred_chords(played, low, bars.beats_per_bar, bars.count)
        source = f"chords: inferred from {choice}; data.chord_track names another, data.chords writes them"
        return _Harmony(Chart.of_beats(bars.beats_per_bar, beats), source, accompaniment)


def _stretched(chart: Chart, bars: _Bars) -> Chart:
    """The chart from its start, played as often as the bars want."""
    if chart.beats_per_bar != bars.beats_per_bar:
        raise DataError(
            f"data.chords is in {chart.beats_per_bar}/4, the file in {bars.beats_per_bar}/4;"
            f" write chords that begin with '{bars.beats_per_bar}/4'"
        )
    beats = bars.count * bars.beats_per_bar
    return Chart.of_beats(bars.beats_per_bar, (chart.beats * (beats // len(chart.beats) + 1))[:beats])


def _instrument(track: Track, line: Sequence[Note]) -> str:
    """The instrument of the track's first program, if we know one that reaches all notes; else one that does."""
    lowest, highest = min(note.pitch for note in line), max(note.pitch for note in line)
    for instrument in INSTRUMENTS.values():
        if instrument.program in track.programs[:1] and instrument.lowest <= lowest and highest <= instrument.highest:
            return instrument.name
    return fitting_instrument(line)
