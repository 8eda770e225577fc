"""Charts: the text that players write, what sounds when, and what is said about a chart that is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import RequestError
from seqforge_jazz.charts import LARGEST_CHART, TICKS_PER_QUARTER, Chart, ChartError, ChordChange
from seqforge_jazz.chords import KINDS, NO_CHORD, NOTE_NAMES, Chord


def beats(text: str) -> str:
    """The chord on every beat, one bar after the other."""
    chart = Chart.parse(text)
    symbols = [chord.symbol for chord in chart.beats]
    bars = [symbols[start : start + chart.beats_per_bar] for start in range(0, len(symbols), chart.beats_per_bar)]
    return " | ".join(" ".join(bar) for bar in bars)


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    some = st.builds(Chord, st.sampled_from(NOTE_NAMES), st.sampled_from(KINDS[:-1])) | st.just(NO_CHORD)
    palette = draw(st.lists(some, min_size=1, max_size=4, unique=True))
    beats_per_bar = draw(st.sampled_from([3, 4]))
    bars = draw(st.integers(1, 9))
    length = bars * beats_per_bar
    return Chart.of_beats(beats_per_bar, draw(st.lists(st.sampled_from(palette), min_size=length, max_size=length)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cmaj7", "Cmaj7 Cmaj7 Cmaj7 Cmaj7"),
        ("Dm7 G7 | Cmaj7", "Dm7 Dm7 G7 G7 | Cmaj7 Cmaj7 Cmaj7 Cmaj7"),
        ("| Dm7 G7 | C |", "Dm7 Dm7 G7 G7 | C C C C"),
        ("C Dm Em", "C C Dm Em"),
        ("C Dm Em F", "C Dm Em F"),
        ("C . . G7", "C C C G7"),
        ("C / / G7", "C C C G7"),
        ("C ... | ./ G7 .", "C C C C | C C G7 G7"),
        ("C | . G7", "C C C C | C C G7 G7"),
        ("C | %", "C C C C | C C C C"),
        ("C G | % | %", "C C G G | C C G G | C C G G"),
        ("3/4 C G | Am", "C C G | Am Am Am"),
        ("3/4 | C Dm Em |", "C Dm Em"),
        ("4/4 C", "C C C C"),
        ("N.C. C7(b9, #11)", "N.C. N.C. C7(b9,#11) C7(b9,#11)"),
        ("F7/A C6/9", "F7/A F7/A C6/9 C6/9"),
        ("C\nF\n\nG", "C C C C | F F F F | G G G G"),
        ("C | F |\n| G |\r\n Am", "C C C C | F F F F | G G G G | Am Am Am Am"),
        ("C || F |]", "C C C C | F F F F"),
        ("F-7b5 Bb7alt | EbΔ", "Fm7b5 Fm7b5 Bb7alt Bb7alt | Ebmaj7 Ebmaj7 Ebmaj7 Ebmaj7"),
    ],
)
def test_what_players_write(text: str, expected: str) -> None:
    assert beats(text) == expected


@pytest.mark.parametrize(
    ("text", "played"),
    [
        ("|: C | F :|", "C F C F"),
        ("|: C | F :| G", "C F C F G"),
        ("Am | |: C | F :| | G", "Am C F C F G"),
        ("|: C :|: F :|", "C C F F"),
        ("|: C :||: F :|", "C C F F"),
        ("|: C | % :| %", "C C C C C"),
        ("|: C |1. F :|2. G | Am", "C F C G Am"),
        ("|: C | Dm | 1. F | G :| 2. Em | Am", "C Dm F G C Dm Em Am"),
        ("|: C | Dm\n| 1. F :|\n| 2. G |", "C Dm F C Dm G"),
        ("|: C |1. F :|2. G |: Am :|", "C F C G Am Am"),
    ],
)
def test_repeats_are_played_out(text: str, played: str) -> None:
    assert [bar.split()[0] for bar in beats(text).split(" | ")] == played.split()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("|:  D-7 G7 | CΔ :|", "Dm7 G7 | Cmaj7 | Dm7 G7 | Cmaj7"),
        ("C | C | % | F", "C | % | % | F"),
        ("C . . G7", "C . . G7"),
        ("C . G7 .", "C G7"),
        ("3/4 C . G7 | C G7", "3/4 C G7 | %"),
        ("4/4 NC", "N.C."),
        ("Gb7 | F#7 | B", "Gb7 | % | B"),
        ("C . F# Gb", "C F#"),
    ],
)
def test_the_canonical_text(text: str, canonical: str) -> None:
    assert Chart.parse(text).text == canonical


@given(charts())
def test_a_text_reads_back(chart: Chart) -> None:
    assert Chart.parse(chart.text) == chart


@given(charts(), st.integers(-12, 12))
def test_transposing_moves_every_chord_and_no_change(chart: Chart, semitones: int) -> None:
    moved = chart.transposed(semitones)
    assert [change.tick for change in moved.changes] == [change.tick for change in chart.changes]
    assert [change.chord for change in moved.changes] == [
        change.chord.transposed(semitones) for change in chart.changes
    ]
    assert chart.transposed(12) == chart


@given(charts())
def test_spans_and_lookups_agree(chart: Chart) -> None:
    spans = chart.spans()
    assert spans[0][0] == 0
    assert spans[-1][1] == chart.ticks == chart.bars * chart.ticks_per_bar
    for number, (start, end, chord) in enumerate(spans):
        assert end == (spans[number + 1][0] if number + 1 < len(spans) else chart.ticks)
        assert chart.chord_at(start) == chart.chord_at(end - 1) == chord
    assert chart.chord_at(chart.ticks + 5) == spans[-1][2]
    assert chart.chord_at(-1) == spans[0][2]


@given(charts(), st.integers(1, 4))
def test_choruses_follow_one_another(chart: Chart, choruses: int) -> None:
    repeated = chart.repeated(choruses)
    assert repeated.bars == choruses * chart.bars
    assert repeated.beats == chart.beats * choruses


def test_ticks() -> None:
    chart = Chart.parse("3/4 Dm7 G7 | Cmaj7")
    assert TICKS_PER_QUARTER == 12
    assert (chart.ticks_per_bar, chart.ticks) == (36, 72)
    assert chart.changes == (
        ChordChange(0, Chord("D", "m7")),
        ChordChange(24, Chord("G", "7")),
        ChordChange(36, Chord("C", "maj7")),
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["the chart is empty", "write chords"]),
        ("  \n ", ["the chart is empty", "write chords"]),
        ("|", ["the chart is empty", "write chords"]),
        ("4/4", ["the chart is empty", "write chords"]),
        ("C | Xm7 | F", ["bar 2", "chord 'Xm7'", "column 1", "write chords like"]),
        ("C | F7 C7q |", ["bar 2", "chord 'C7q'", "'q' at column 3"]),
        ("C | | F", ["bar 2 is empty", "write %"]),
        ("|: | C :|", ["bar 1 is empty", "write %"]),
        ("C |1. | F", ["bar 2 is empty"]),
        ("|: :|", ["bar 1 is empty"]),
        ("C | F G A B C", ["bar 2 has 5 chords for 4 beats", "write at most one a beat"]),
        ("3/4 C F G A", ["bar 1 has 4 chords for 3 beats"]),
        ("C . G", ["bar 1 has 3 places for 4 beats", "for every beat"]),
        ("5/4 C", ["bar 1", "5/4", "3/4 and 4/4"]),
        ("6/8 C", ["bar 1", "6/8", "3/4 and 4/4"]),
        ("C | 3/4 F", ["bar 2", "3/4", "at its start"]),
        ("% | C", ["bar 1", "there is none before", "write the chord"]),
        ("C | F %", ["bar 2", "write it alone"]),
        (". C", ["bar 1 holds a chord", "write the chord"]),
        ("|: C | F", ["bar 1", "'|:' is never closed", "write ':|'"]),
        ("C | F :| G", ["bar 2", "':|' closes no repeat", "write '|:'"]),
        (":| C", ["bar 1 is empty", "before ':|'"]),
        ("C |:", ["bar 2", "'|:' opens a repeat", "write ':|'"]),
        ("|: C |: F :|", ["bar 2", "'|:' inside a repeat", "do not nest"]),
        ("|: C :| :|", ["bar 2 is empty", "before ':|'"]),
        ("C | 1. F", ["bar 2", "'1.' outside of a repeat"]),
        ("C | 2. F", ["bar 2", "'2.' without a first ending"]),
        ("|: C |1. F :| G", ["bar 3", "write '2.'"]),
        ("|: C |1. F :|", ["bar 2", "without a second", "write '2.'"]),
        ("C | " * (LARGEST_CHART + 1), [f"bar {LARGEST_CHART + 1}", "at most 2000 bars"]),
        ("|: " + "C | " * 1_500 + "F :|", [f"bar {LARGEST_CHART + 1}", "at most 2000 bars"]),
    ],
)
def test_a_wrong_chart_is_one_line_that_names_the_bar(text: str, parts: list[str]) -> None:
    with pytest.raises(ChartError) as caught:
        Chart.parse(text)
    message = str(caught.value)
    assert isinstance(caught.value, RequestError)
    assert "\n" not in message
    assert len(message) < 250
    for part in parts:
        assert part in message


@given(st.text(alphabet="CF7m |:%./\n12()b34", max_size=40))
def test_any_text_is_a_chart_or_one_line(text: str) -> None:
    message = ""
    try:
        chart = Chart.parse(text)
    except ChartError as error:
        message = str(error)
    else:
        assert Chart.parse(chart.text) == chart
    assert "\n" not in message


def test_the_largest_chart_is_allowed() -> None:
    assert Chart.parse("C | F | " * (LARGEST_CHART // 2)).bars == LARGEST_CHART
    with pytest.raises(ChartError, match="allowed: 1 to 1000 choruses"):
        Chart.parse("C | F").repeated(LARGEST_CHART)
    with pytest.raises(ChartError, match="0 choruses"):
        Chart.parse("C | F").repeated(0)


@pytest.mark.parametrize(
    ("beats_per_bar", "bars", "changes"),
    [
        (5, 1, [(0, "C")]),
        (4, 0, [(0, "C")]),
        (4, LARGEST_CHART + 1, [(0, "C")]),
        (4, 1, []),
        (4, 1, [(12, "C")]),
        (4, 1, [(0, "C"), (48, "F")]),
        (4, 1, [(0, "C"), (18, "F")]),
        (4, 1, [(0, "C"), (24, "F"), (12, "G")]),
        (4, 1, [(0, "C"), (24, "C")]),
        (4, 1, [(0, "Gb7"), (24, "F#7")]),
    ],
)
def test_a_chart_that_can_not_be_is_refused(beats_per_bar: int, bars: int, changes: list[tuple[int, str]]) -> None:
    with pytest.raises(ChartError):
        Chart(beats_per_bar, bars, tuple(ChordChange(tick, Chord.parse(symbol)) for tick, symbol in changes))


def test_beats_that_fill_no_bar_are_refused() -> None:
    with pytest.raises(ChartError, match="3 beats do not make whole bars of 4"):
        Chart.of_beats(4, [Chord("C")] * 3)
