"""Options: what is allowed goes through, and everything else is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import Option, OutOfRange, UnknownName, check_options

WHOLE = Option(name="count", type=int, default=3, minimum=1, maximum=9, help="how many")
SHARE = Option(name="share", type=float, default=None, exclusive_minimum=0, maximum=1, help="how much")
WORD = Option(name="word", type=str, default="one", choices=("one", "other"), help="which")
SWITCH = Option(name="switch", type=bool, default=False, help="whether")


@given(value=st.one_of(st.integers(), st.floats(allow_nan=True), st.text(max_size=5), st.booleans(), st.none()))
@pytest.mark.parametrize("option", [WHOLE, SHARE, WORD, SWITCH], ids=lambda option: option.name)
def test_a_value_is_of_the_type_and_range_or_refused(option, value):
    try:
        checked = option.check(value, "here.")
    except (OutOfRange, UnknownName):
        with pytest.raises((OutOfRange, UnknownName), match=f"here.{option.name}"):
            option.check(value, "here.")
        return
    if checked is None:
        assert (value, option.default) == (None, None)
        return
    assert type(checked) is option.type
    assert option.minimum is None or checked >= option.minimum
    assert option.maximum is None or checked <= option.maximum
    assert option.exclusive_minimum is None or checked > option.exclusive_minimum
    assert not option.choices or checked in option.choices


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [(WHOLE, "7", 7), (SHARE, "0.25", 0.25), (WORD, "other", "other"), (SWITCH, "yes", True), (SWITCH, "Off", False)],
)
def test_text_of_a_command_line_becomes_a_value(option, text, value):
    assert option.parse(text) == value


def test_a_number_is_text_where_text_is_wanted():
    assert Option(name="track", type=str, default="auto", help="").check(5) == "5"


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        (WHOLE, "0", "count is 0; allowed: a whole number from 1 to 9"),
        (WHOLE, "2.5", "count is '2.5'; allowed: a whole number from 1 to 9"),
        (SHARE, "0", "share is 0.0; allowed: a number above 0 of at most 1"),
        (SHARE, "inf", "share is inf"),
        (WORD, "ome", "unknown value of word 'ome'; did you mean 'one'?"),
        (SWITCH, "2", "switch is '2'; allowed: true or false"),
    ],
)
def test_text_that_is_no_value_says_what_is_allowed(option, text, words):
    with pytest.raises((OutOfRange, UnknownName)) as caught:
        option.parse(text)
    assert words in str(caught.value)


def test_values_are_filled_up_in_the_declared_order():
    filled = check_options((WHOLE, SHARE, WORD), {"word": "other", "count": 2.0}, "model.")
    assert list(filled.items()) == [("count", 2), ("share", None), ("word", "other")]
    assert type(filled["count"]) is int


def test_an_unknown_option_names_the_nearest():
    with pytest.raises(UnknownName, match=r"unknown key 'model.cuont'; did you mean 'model.count'\?"):
        check_options((WHOLE, SHARE), {"cuont": 2}, "model.")
