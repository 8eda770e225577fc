"""What of a text is shown on a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from seqforge_text.excerpt import beginning


@given(st.text("ab \n\t", max_size=300), st.integers(1, 40), st.integers(1, 20))
def test_it_fits_and_begins_as_the_text_does(text, columns, lines):
    shown = beginning(text, columns, lines).splitlines()
    assert len(shown) <= lines
    assert all(len(line) <= columns for line in shown)
    kept = "".join(line for line in shown if "..." not in line)
    letters = [letter for letter in text if letter in "ab"]
    assert [letter for letter in kept if letter in "ab"] == letters[: sum(letter in "ab" for letter in kept)]


def test_what_has_no_room_is_counted():
    assert beginning("one two three\nfour", 8, 2) == "one two \n... and "
    assert beginning("one two three\nfour", 30, 2) == "one two three\nfour"
    assert beginning("a\nb\nc\nd", 30, 3) == "a\nb\n... and 2 lines more"
