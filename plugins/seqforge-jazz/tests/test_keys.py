"""Keys: their names and signatures."""

import pytest

from seqforge_jazz.charts import Chart
from seqforge_jazz.keys import Key, likely_key


@pytest.mark.parametrize(
    ("text", "name", "fifths"),
    [
        ("C", "C", 0),
        ("bb", "Bb", -2),
        ("B♭", "Bb", -2),
        ("F#", "F#", 6),
        ("Gb", "Gb", -6),
        ("G#", "Ab", -4),
        ("Cb", "Cb", -7),
        ("C#", "C#", 7),
        ("Am", "Am", 0),
        ("a minor", "Am", 0),
        ("Eb major", "Eb", -3),
        ("C M", "C", 0),
        ("F#m", "F#m", 3),
        ("D-", "Dm", -1),
        ("Dbm", "C#m", 4),
        ("Ebm", "Ebm", -6),
        ("A#m", "A#m", 7),
        ("Abm", "Abm", -7),
    ],
)
def test_names_and_signatures(text: str, name: str, fifths: int) -> None:
    key = Key.parse(text)
    assert str(key) == name
    assert key.fifths == fifths
    assert Key.parse(str(key)) == key


def test_silence_is_in_c() -> None:
    assert likely_key(Chart.parse("N.C.")) == Key("C")
