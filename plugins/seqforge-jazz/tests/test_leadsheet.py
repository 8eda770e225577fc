"""Lead sheets and instruments: what may stand in them."""

import pytest

from seqforge import DataError
from seqforge_jazz.charts import Chart
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note

CHART = Chart.parse("C")


def test_a_line_may_fill_its_chart() -> None:
    sheet = LeadSheet(title="Line", chart=CHART, notes=(Note(0, 24, 60), Note(24, 12, 62), Note(40, 8, 64)))
    assert sheet.notes[-1].end == CHART.ticks
    assert sheet.instrument in INSTRUMENTS


@pytest.mark.parametrize(
    ("notes", "message"),
    [
        ([(0, 0, 60)], "duration from 1"),
        ([(0, 12, 128)], "pitch 0 to 127"),
        ([(-1, 12, 60)], "starts at tick -1"),
        ([(0, 12, 60), (6, 12, 62)], "note 2 starts at tick 6"),
        ([(40, 12, 60)], "its chart ends at 48"),
    ],
)
def test_a_wrong_line_is_one_line(notes: list[tuple[int, int, int]], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        LeadSheet(title="Line", chart=CHART, notes=tuple(Note(*note) for note in notes))
    assert "\n" not in str(caught.value)


def test_instruments_have_a_range_and_a_program() -> None:
    for name, instrument in INSTRUMENTS.items():
        assert instrument.name == name
        assert 0 <= instrument.program <= 127
        assert 0 <= instrument.lowest + 24 <= instrument.highest <= 127
        assert -24 <= instrument.transposition <= 12
