"""Codec `melody`: a line over a chart as pairs of pitch (or rest) and duration, on the grid of 1/12 quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import DataError, Piece, RequestError, Shown, View, Vocabulary
from seqforge_jazz.changes import changes_of, prompt_of, sheet_of
from seqforge_jazz.chart_sources import resolved
from seqforge_jazz.charts import TICKS_PER_QUARTER, Chart
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.melody_context import DURATION_DUE, PITCH_DUE, context_table, transposed_context
from seqforge_jazz.melody_events import melody_events
from seqforge_jazz.melody_guides import MelodyGuides
from seqforge_jazz.melody_history import CONTEXT_FIELDS, history_of, with_history
from seqforge_jazz.melody_quotations import QUOTATION, alphabets, bar_of
from seqforge_jazz.melody_views import OUTPUT_VIEWS
from seqforge_jazz.melody_vocabulary import (
    DURATIONS,
    HIGHEST_PITCH,
    LONGEST,
    LOWEST_PITCH,
    PITCHES,
    REST,
    TIE,
    VOCABULARY,
    duration_token,
    pitch_token,
)
from seqforge_jazz.melody_walk import walk_of
from seqforge_jazz.piano_roll import piano_roll
from seqforge_jazz.primer import primer_text

__all__ = ["MelodyCodec"]

Ints = NDArray[np.int32]

_EVERY_PITCH = "piano"  # its range is that of the alphabet


class MelodyCodec:
    """Lead sheets as tokens; the chart is the context, and the guide ends at its last bar line."""

    vocabulary = VOCABULARY
    context_fields = CONTEXT_FIELDS
    output_views = OUTPUT_VIEWS
    quotation = QUOTATION

    def __init__(self, *, vocabulary: Vocabulary | None = None) -> None:
        self.options: Mapping[str, Any] = {}
        if vocabulary is not None and vocabulary != VOCABULARY:
            raise DataError("the vocabulary is not that of codec melody; the model is of another version of it")

    def encode(self, work: LeadSheet) -> Piece:
        """See `seqforge.Codec.encode`; `DataError` for a sheet without notes or with a pitch outside of 21 to 108."""
        if not work.notes:
            raise DataError(f"'{work.title}' has no notes")
        outside = [note.pitch for note in work.notes if not LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH]
        if outside:
            raise DataError(f"'{work.title}' has pitch {outside[0]}; allowed: {LOWEST_PITCH} to {HIGHEST_PITCH}")
        tokens: list[int] = []
        ticks: list[int] = []
        tick = 0
        for note in work.notes:
            _append(tokens, ticks, REST, REST, tick, note.start)
            _append(tokens, ticks, pitch_token(note.pitch), TIE, note.start, note.end)
            tick = note.end
        _append(tokens, ticks, REST, REST, tick, work.chart.ticks)
        due = np.tile([PITCH_DUE, DURATION_DUE], len(ticks))
        line = np.array(tokens, np.int32)
        return Piece(
            id=work.title,
            group=work.group or work.title,
            prompt=prompt_of(work, _player(work.instrument, line)),
            tokens=line,
            context=with_history(context_table(work.chart)[due, np.repeat(ticks, 2)], history_of(line)),
        )

    def variants(self, piece: Piece) -> Iterator[Piece]:
        """The piece in all 12 keys: itself, then from 6 semitones below to 5 above; octaves keep it in the alphabet."""
        for semitones in (0, *range(-6, 0), *range(1, 6)):
            tokens = _transposed_tokens(piece.tokens, semitones)
            yield Piece(
                id=f"{piece.id}, {semitones:+d}" if semitones else piece.id,
                group=piece.group,
                prompt={
                    **piece.prompt,
                    "transpose": piece.prompt["transpose"] + semitones,
                    "instrument": _player(piece.prompt["instrument"], tokens),
                },
                tokens=tokens,
                context=with_history(transposed_context(piece.context, semitones), history_of(tokens)),
            )

    def guides(self, prompts: Sequence[Mapping[str, Any]]) -> MelodyGuides:
        """See `seqforge.Codec.guides`; `RequestError` for a chart, key, range or primer that can't be followed."""
        walks = {id(prompt): walk_of(prompt) for prompt in {id(prompt): prompt for prompt in prompts}.values()}
        return MelodyGuides([walks[id(prompt)] for prompt in prompts])

    def resolve(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What was said of a prompt, its chart read from where it says: a file, standard input, a link."""
        return resolved(given)

    def with_primer(self, prompt: Mapping[str, Any], piece: Piece) -> dict[str, Any]:
        """The prompt with the notes of a piece in the place of the file that it was read from.

        `RequestError` if the piece is in another meter than the prompt's chart.
        """
        meters = [Chart.parse(piece.prompt["chords"]).beats_per_bar, changes_of(prompt).chart.beats_per_bar]
        if meters[0] != meters[1]:
            raise RequestError(
                f"--primer is in {meters[0]}/4, the chart in {meters[1]}/4; give one of the same meter, or --chords "
                f"that begin with {meters[0]}/4"
            )
        return {**prompt, "primer": primer_text(piece.tokens)}

    def decode(self, tokens: Sequence[int], prompt: Mapping[str, Any]) -> LeadSheet:
        """See `seqforge.Codec.decode`: a duration without a pitch is a rest, what is beyond the chart is cut off."""
        changes = changes_of(prompt)
        chart = changes.chart
        notes: list[Note] = []
        tick, pitch = 0, REST
        for token in tokens:
            if not 0 <= token < len(VOCABULARY):
                raise DataError(f"token {token} is not in the vocabulary; allowed: 0 to {len(VOCABULARY) - 1}")
            if token not in DURATIONS:
                pitch = token
                continue
            end = min(tick + token - DURATIONS.start + 1, chart.ticks)
            if end > tick:
                _add_note(notes, pitch, tick, end)
            tick, pitch = end, REST
        return sheet_of(changes, notes, prompt)

    def alphabets(self, piece: Piece) -> dict[str, tuple[Ints, Ints]]:
        """See `seqforge.Quotable.alphabets`: `intervals and rhythm`, and `pitches` as they are played."""
        return alphabets(piece)

    def place(self, piece: Piece, token: int) -> str:
        """See `seqforge.Placing.place`: the bar."""
        return bar_of(piece, token)

    def show(self, shown: Sequence[Shown]) -> View:
        """See `seqforge.Showing.show`: a player with a piano roll."""
        from seqforge_jazz.page.view import view  # a page is rare, and takes its time to load

        return view(shown, melody_events)

    def draw(self, work: LeadSheet, columns: int, lines: int) -> str:
        """See `seqforge.Drawing.draw`: a piano roll of Braille dots."""
        return piano_roll(work, columns, lines)

    def units(self, tokens: Ints) -> dict[str, float]:
        """Events (notes and rests), notes, and quarters as `beat`."""
        is_note = (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
        is_duration = tokens >= DURATIONS.start
        ticks = (tokens[is_duration] - DURATIONS.start + 1).sum()
        return {
            "event": float(is_note.sum() + (tokens == REST).sum()),
            "note": float(is_note.sum()),
            "beat": float(ticks / TICKS_PER_QUARTER),
        }


def _append(tokens: list[int], ticks: list[int], first: int, then: int, start: int, end: int) -> None:
    """Append a note or rest from `start` to `end`: `first` and a duration, `then` and another while some is left."""
    token = first
    while start < end:
        length = min(end - start, LONGEST)
        tokens += [token, duration_token(length)]
        ticks.append(start)
        start, token = start + length, then


def _add_note(notes: list[Note], token: int, start: int, end: int) -> None:
    if token in PITCHES:
        notes.append(Note(start, end - start, token - PITCHES.start + LOWEST_PITCH))
    elif token == TIE and notes and notes[-1].end == start:
        notes[-1] = Note(notes[-1].start, end - notes[-1].start, notes[-1].pitch)


def _transposed_tokens(tokens: Ints, semitones: int) -> Ints:
    is_pitch = (tokens >= PITCHES.start) & (tokens < PITCHES.stop)
    pitches = tokens[is_pitch] + semitones
    if pitches.size and pitches.min() < PITCHES.start:
        pitches = pitches + 12
    elif pitches.size and pitches.max() >= PITCHES.stop:
        pitches = pitches - 12
    moved = tokens.copy()
    moved[is_pitch] = np.clip(pitches, PITCHES.start, PITCHES.stop - 1)
    return moved


def _player(name: str, tokens: Ints) -> str:
    """The instrument, if it can play every pitch among the tokens; else one that can."""
    pitches = tokens[(tokens >= PITCHES.start) & (tokens < PITCHES.stop)] - PITCHES.start + LOWEST_PITCH
    instrument = INSTRUMENTS.get(name)
    fits = instrument is not None and instrument.lowest <= pitches.min() and pitches.max() <= instrument.highest
    return name if fits else _EVERY_PITCH
