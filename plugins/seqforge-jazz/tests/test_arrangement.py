"""What the rhythm section plays."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge_jazz.arrangement import bass, comping, groove, solo, solo_line
from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import KINDS, TENSIONS, Chord
from seqforge_jazz.forms import FORMS
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note

STYLES = ("", "blues", "bossa")


@st.composite
def chords(draw: st.DrawFn) -> Chord:
    kind = draw(st.sampled_from(KINDS))
    if kind == "N.C.":
        return Chord(None, kind)
    chosen = draw(st.sets(st.sampled_from(TENSIONS), max_size=4))
    tensions = tuple(tension for tension in TENSIONS if tension in chosen)
    roots = st.sampled_from(("C", "F", "Bb", "Eb", "Ab", "Db", "F#", "B", "E", "A", "D", "G"))
    return Chord(draw(roots), kind, tensions, draw(st.one_of(st.none(), roots)))


@st.composite
def lead_sheets(draw: st.DrawFn) -> LeadSheet:
    """A chart with any chord on any beat."""
    beats_per_bar = draw(st.sampled_from((3, 4)))
    beats: list[Chord] = []
    for chord, length in draw(st.lists(st.tuples(chords(), st.integers(1, 9)), min_size=1, max_size=10)):
        beats += [chord] * length
    beats += beats[-1:] * (-len(beats) % beats_per_bar)
    chart = Chart.of_beats(beats_per_bar, beats)
    return LeadSheet(title="Chart", chart=chart, notes=(), style=draw(st.sampled_from(STYLES)))


def without_chords(sheet: LeadSheet) -> list[tuple[int, int]]:
    return [(start, end) for start, end, chord in sheet.chart.spans() if chord.root is None]


@given(lead_sheets())
def test_the_rhythm_section_stays_inside_the_chart_and_rests_without_chords(sheet: LeadSheet) -> None:
    for note in (*bass(sheet), *comping(sheet)):
        assert note.duration > 0
        assert note.start >= 0
        assert note.start + note.duration <= sheet.chart.ticks
        assert 1 <= note.velocity <= 127
    for note in bass(sheet):
        assert not any(start <= note.start < end for start, end in without_chords(sheet))


@given(lead_sheets())
def test_the_bass_is_one_line_in_its_register(sheet: LeadSheet) -> None:
    line = bass(sheet)
    assert all(before.start + before.duration <= after.start for before, after in pairwise(line))
    assert all(28 <= note.pitch <= 50 for note in line)


def test_the_bass_turns_round_where_its_register_ends() -> None:
    line = bass(LeadSheet(title="Power", chart=Chart.parse("Eb5 | % | % | %"), notes=(), key="Eb"))
    assert all(28 <= note.pitch <= 50 for note in line)


@given(lead_sheets())
def test_the_bass_has_the_root_or_the_written_bass_where_a_chord_begins(sheet: LeadSheet) -> None:
    heard = {note.start: note.pitch % 12 for note in bass(sheet)}
    for start, _, chord in sheet.chart.spans():
        is_on_half_bar = start % sheet.chart.ticks_per_bar in (0, 24)
        if chord.root is not None and (groove(sheet) != "bossa" or is_on_half_bar):
            assert heard[start] == chord.bass_pitch_class


@given(lead_sheets())
def test_voicings_are_chords_of_three_or_four_tones_that_do_not_overlap(sheet: LeadSheet) -> None:
    hits: dict[int, list[int]] = {}
    ends: dict[int, int] = {}
    for note in comping(sheet):
        hits.setdefault(note.start, []).append(note.pitch)
        ends[note.start] = note.start + note.duration
    for start, pitches in hits.items():
        sounding = {tone for tick in (start, start + 6) for tone in sheet.chart.chord_at(tick).all_tones}
        assert {pitch % 12 for pitch in pitches} <= sounding
        assert 2 <= len(set(pitches)) == len(pitches) <= 4
        assert min(pitches) >= 51
        assert max(pitches) <= 76
    assert all(ends[before] <= after for before, after in pairwise(sorted(hits)))


@given(lead_sheets())
def test_every_chord_of_a_busy_bar_is_struck(sheet: LeadSheet) -> None:
    starts = {note.start for note in comping(sheet)}
    bar_ticks = sheet.chart.ticks_per_bar
    changes = [change for change in sheet.chart.changes if change.chord.root is not None]
    bars = [change.tick // bar_ticks for change in sheet.chart.changes]
    assert all(change.tick in starts for change in changes if bars.count(change.tick // bar_ticks) > 1)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_accompanied_throughout(name: str) -> None:
    form = FORMS[name]
    sheet = LeadSheet(title=form.title, chart=form.chart, notes=(), style=form.style)
    for line in (bass(sheet), comping(sheet)):
        bars = {note.start // form.chart.ticks_per_bar for note in line}
        assert bars == set(range(form.chart.bars))
    steps = [abs(after.pitch - before.pitch) for before, after in pairwise(bass(sheet))]
    assert max(steps) <= 12


def test_a_walking_bass_plays_every_beat_and_leads_into_the_next_root_by_a_semitone() -> None:
    line = bass(LeadSheet(title="Walk", chart=Chart.parse("Dm7 | G7 | Cmaj7 | %"), notes=()))
    assert [note.start for note in line[:12]] == list(range(0, 144, 12))
    assert [abs(line[index].pitch - line[index - 1].pitch) for index in (4, 8)] == [1, 1]


def test_a_waltz_and_a_bossa_have_their_own_patterns() -> None:
    waltz = LeadSheet(title="Waltz", chart=Chart.parse("3/4 C | Dm7 | G7 | C"), notes=())
    bossa = LeadSheet(title="Bossa", chart=Chart.parse("Dm7 | G7 | C | %"), notes=(), style="bossa")
    assert (groove(waltz), groove(bossa)) == ("waltz", "bossa")
    assert [note.start for note in bass(waltz)[:5]] == [0, 24, 36, 48, 60]
    assert [note.start for note in bass(bossa)[:4]] == [0, 18, 24, 42]


@given(st.lists(st.integers(0, 127), min_size=1, max_size=20), st.sampled_from(sorted(INSTRUMENTS)))
def test_the_solo_moves_by_octaves_into_the_range_and_no_further(pitches: list[int], name: str) -> None:
    notes = tuple(Note(12 * index, 12, pitch) for index, pitch in enumerate(pitches))
    chart = Chart.of_beats(4, [Chord.parse("C")] * 20)
    sheet = LeadSheet(title="Line", chart=chart, notes=notes, instrument=name)
    instrument = INSTRUMENTS[name]
    for note, played in zip(notes, solo_line(sheet), strict=True):
        assert instrument.lowest <= played.pitch <= instrument.highest
        assert (played.pitch - note.pitch) % 12 == 0
        if instrument.lowest <= note.pitch <= instrument.highest:
            assert played == note
    assert [(note.start, note.duration, note.pitch) for note in solo_line(sheet)] == [
        (note.start, note.duration, note.pitch) for note in solo(sheet)
    ]
