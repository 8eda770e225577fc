"""What the drummer plays."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge_jazz.charts import Chart
from seqforge_jazz.drums import BASS_DRUM, BRUSH_SWIRL, CROSS_STICK, PEDAL_HIHAT, RIDE, SNARE, drums
from seqforge_jazz.forms import FORMS
from seqforge_jazz.leadsheet import LeadSheet


def sheet_of(bars: int, beats_per_bar: int = 4, style: str = "") -> LeadSheet:
    chart = Chart.parse(f"{beats_per_bar}/4 " + " | ".join(["C7"] + ["%"] * (bars - 1)))
    return LeadSheet(title="Time", chart=chart, notes=(), style=style)


def starts(sheet: LeadSheet, pitch: int, bar: int) -> list[int]:
    """The ticks, counted in the bar, at which a drum is struck."""
    ticks = sheet.chart.ticks_per_bar
    return [note.start % ticks for note in drums(sheet) if note.pitch == pitch and note.start // ticks == bar]


@given(st.integers(1, 40), st.sampled_from([3, 4]), st.sampled_from(["", "bossa"]))
def test_strokes_are_in_order_in_the_chart_and_never_two_on_one_drum(bars: int, beats: int, style: str) -> None:
    sheet = sheet_of(bars, beats, style)
    played = drums(sheet)
    assert [note.start for note in played] == sorted(note.start for note in played)
    assert all(0 <= note.start < note.start + note.duration <= sheet.chart.ticks for note in played)
    assert all(1 <= note.velocity <= 127 for note in played)
    for pitch in {note.pitch for note in played}:
        own = [note for note in played if note.pitch == pitch]
        assert all(one.start + one.duration <= other.start for one, other in pairwise(own))


@pytest.mark.parametrize("bar", range(11))
def test_swing_is_the_ride_and_the_hihat_on_2_and_4(bar: int) -> None:
    sheet = sheet_of(12)
    assert starts(sheet, RIDE, bar) == [0, 12, 18, 24, 36, 42]
    assert starts(sheet, PEDAL_HIHAT, bar) == [12, 36]


def test_comments_change_from_bar_to_bar_and_come_again_after_eight() -> None:
    sheet = sheet_of(17)
    bars = [(starts(sheet, SNARE, bar), starts(sheet, BASS_DRUM, bar)) for bar in range(16)]
    assert bars[:8] == bars[8:]
    assert len({str(bar) for bar in bars}) >= 6


def test_a_waltz_and_a_bossa_are_brushed() -> None:
    waltz, bossa = sheet_of(5, 3), sheet_of(5, 4, "bossa")
    assert starts(waltz, BRUSH_SWIRL, 1) == [0]
    assert starts(waltz, PEDAL_HIHAT, 1) == [12]
    assert [starts(bossa, CROSS_STICK, bar) for bar in (0, 1)] == [[0, 18, 36], [12, 30]]
    assert starts(bossa, SNARE, 0) == list(range(0, 48, 6))
    assert starts(waltz, RIDE, 1) == starts(bossa, RIDE, 1) == []


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_drummed_throughout_and_ends_on_one(name: str) -> None:
    form = FORMS[name]
    played = drums(LeadSheet(title=form.title, chart=form.chart, notes=(), style=form.style))
    assert {note.start // form.chart.ticks_per_bar for note in played} == set(range(form.chart.bars))
    assert played[-1].start == form.chart.ticks - form.chart.ticks_per_bar
