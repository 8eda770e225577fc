"""Named forms: what there is, in which keys, and what is said about a name that is wrong."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import RequestError, UnknownName
from seqforge_jazz.charts import Chart, ChartError
from seqforge_jazz.chords import NOTE_NAMES, pitch_class
from seqforge_jazz.forms import FORMS, STYLES, Form, chart_from
from seqforge_jazz.keys import Key, likely_key


def shape(form: Form) -> tuple[object, ...]:
    """What two forms must not share: metre, and roots above the tonic with families, span by span."""
    tonic = pitch_class(Key.parse(form.key).tonic)
    spans = tuple(
        (start, (chord.root_pitch_class or 0) - tonic, chord.family) for start, _, chord in form.chart.spans()
    )
    return form.chart.beats_per_bar, spans


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_every_form_is_sound(form: Form) -> None:
    assert FORMS[form.name] is form
    assert form.style in STYLES
    assert str(Key.parse(form.key)) == form.key
    assert form.chart.bars in (8, 12, 16, 24, 32)
    assert form.title
    assert Chart.parse(form.chart.text) == form.chart


def test_there_are_many_and_all_differ() -> None:
    assert len(FORMS) >= 24
    assert set(STYLES) == {"blues", "minor-blues", "rhythm-changes", "ii-V-I", "modal", "bossa"}
    for style in STYLES:
        assert sum(form.style == style for form in FORMS.values()) >= 5
    assert sum(form.chart.beats_per_bar == 3 for form in FORMS.values()) >= 3
    for one, other in combinations(FORMS.values(), 2):
        assert shape(one) != shape(other), (one.name, other.name)


def test_progressions_of_one_metre_and_length_share_less_than_most_of_their_time() -> None:
    for one, other in combinations(FORMS.values(), 2):
        if (one.chart.beats_per_bar, one.chart.bars) != (other.chart.beats_per_bar, other.chart.bars):
            continue
        tonics = [pitch_class(Key.parse(form.key).tonic) for form in (one, other)]
        shared = sum(
            ((a.root_pitch_class or 0) - tonics[0]) % 12 == ((b.root_pitch_class or 0) - tonics[1]) % 12
            and a.family == b.family
            for a, b in zip(one.chart.beats, other.chart.beats, strict=True)
        )
        assert shared / len(one.chart.beats) < 0.85, (one.name, other.name)


@given(st.sampled_from(sorted(FORMS)), st.sampled_from(NOTE_NAMES))
def test_a_form_is_played_in_any_key(name: str, tonic: str) -> None:
    form = FORMS[name]
    named = chart_from(f"{name}-{tonic.lower()}")
    asked = chart_from(name, tonic)
    assert named == asked
    chart, key, title = asked
    wanted = Key.parse(key)
    assert wanted.is_minor == form.key.endswith("m")
    assert pitch_class(wanted.tonic) == pitch_class(tonic)
    assert form.title in title
    semitones = (pitch_class(tonic) - pitch_class(Key.parse(form.key).tonic)) % 12
    expected = form.chart.transposed(semitones)
    assert [chord.tones for chord in chart.beats] == [chord.tones for chord in expected.beats]
    assert [chord.bass_pitch_class for chord in chart.beats] == [chord.bass_pitch_class for chord in expected.beats]


@pytest.mark.parametrize(
    ("text", "key", "expected_key", "start"),
    [
        ("blues-f", None, "F", "F7 | Bb7 | F7"),
        ("blues", None, "F", "F7 | Bb7 | F7"),
        ("blues", "Bb", "Bb", "Bb7 | Eb7 | Bb7"),
        ("blues-bb", "Bb", "Bb", "Bb7 | Eb7 | Bb7"),
        ("Blues in B♭", None, "Bb", "Bb7 | Eb7 | Bb7"),
        ("blues-b", None, "B", "B7 | E7 | B7"),
        ("minor-blues-c", None, "Cm", "Cm7 | Fm7 | Cm7"),
        ("minor-blues-cm", None, "Cm", "Cm7 | Fm7 | Cm7"),
        ("minor-blues", "F#", "F#m", "F#m7 | Bm7 | F#m7"),
        ("minor blues", "Ebm", "Ebm", "Ebm7 | Abm7 | Ebm7"),
        ("rhythm-changes-bb", None, "Bb", "Bb6 G7 | Cm7 F7 | Dm7 G7"),
        ("rhythm-changes-e", None, "E", "E6 C#7 | F#m7 B7 | G#m7 C#7"),
        ("two-five-one", "Db", "Db", "Ebm7 | Ab7 | Dbmaj7"),
        ("Dm7 G7 | Cmaj7", None, "C", "Dm7 G7 | Cmaj7"),
        ("Dm7 G7 | Cmaj7", "Am", "Am", "Dm7 G7 | Cmaj7"),
        ("Am | Dm | E7 | Am", None, "Am", "Am | Dm"),
        ("F7 | Bb7 | F7 | C7", None, "F", "F7 | Bb7"),
        ("dm7", None, "Dm", "Dm7"),
        ("am", None, "Am", "Am"),
    ],
)
def test_what_can_be_asked_for(text: str, key: str | None, expected_key: str, start: str) -> None:
    chart, found_key, title = chart_from(text, key)
    assert chart.text.startswith(start)
    assert found_key == expected_key
    assert title


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("bluse-f", "blues"),
        ("minor-bluse", "minor-blues"),
        ("rythm-changes-bb", "rhythm-changes"),
        ("Two-Five-Won", "two-five-one"),
        ("bosa-minor", "bossa-minor"),
    ],
)
def test_an_unknown_form_names_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(UnknownName, match=f"did you mean '{nearest}'") as caught:
        chart_from(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("blues", "H", "key 'H' is not understood"),
        ("blues", "Cm", "is in major"),
        ("blues-f", "Bb", "leave out one"),
    ],
)
def test_a_wrong_key_is_one_line(text: str, key: str, message: str) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        chart_from(text, key)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["Cq7", "Dm7 | X7", "", "blues-f | C"])
def test_a_wrong_chart_is_a_chart_error(text: str) -> None:
    with pytest.raises(ChartError):
        chart_from(text)


def test_the_key_of_a_form_is_found_from_its_chords() -> None:
    found = sum(str(likely_key(form.chart)) == form.key for form in FORMS.values())
    assert found / len(FORMS) > 0.9
