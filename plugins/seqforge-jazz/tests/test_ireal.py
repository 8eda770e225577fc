"""iReal Pro: twenty charts, made up for these tests, give the bars and chords that a player would count."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge import RequestError
from seqforge_jazz.charts import Chart
from seqforge_jazz.grammar import GrammarCodec
from seqforge_jazz.melody import MelodyCodec

# Each: what it is about, the music as iReal Pro writes it, and the bars as they are played, written out by hand.
CHARTS: dict[str, tuple[str, str]] = {
    "halves and quarters of a bar": (
        "[T44C^7 A-7 |D-7 G7 |E-7   |A7b9   |D-7,Eo7,F6,G13|C6   Z",
        "Cmaj7 Am7 | Dm7 G7 | Em7 | A7(b9) | Dm7 Edim7 F6 G13 | C6",
    ),
    "a repeat without endings": (
        "{*AT44F7   |Bb7   |F7   |C-7 F7 }[*BBb7   |Bo7   |F7   |G-7 C7 Z",
        "F7 | Bb7 | F7 | Cm7 F7 | F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | Gm7 C7",
    ),
    "two endings, set one below the other": (
        "{*AT44G-7   |C7   |N1F^7   |D7   }            |N2F6   |x  Z",
        "Gm7 | C7 | Fmaj7 | D7 | Gm7 | C7 | F6 | F6",
    ),
    "three endings": (
        "{T44A-7   |N1D7   }|N2E7   }|N3A-6   Z",
        "Am7 | D7 | Am7 | E7 | Am7 | Am6",
    ),
    "a waltz": (
        "[T34Bb^7  |G-7  |C-7 F7|D-7,G7,C-7|F7sus F7 |Bb6  ]",
        "3/4 Bbmaj7 | Gm7 | Cm7 . F7 | Dm7 G7 Cm7 | F7sus . F7 | Bb6",
    ),
    "D.C. al Coda": (
        "[*AT44C^7   |A-7   |D-7  Q |G7   ][*BF^7   |F-6   |E-7   |A7<D.C. al Coda>   ][QD-7   |G7   |C6   |x   Z",
        "Cmaj7 | Am7 | Dm7 | G7 | Fmaj7 | Fm6 | Em7 | A7 | Cmaj7 | Am7 | Dm7 | Dm7 | G7 | C6 | C6",
    ),
    "D.S. al Coda out of a second ending, after an intro": (
        "[*iT44Bb7   |x   ]{*ASEb7   |Ab7   |N1Bb7   |F7   }|N2Bb7   | x Q]"
        "[*BEb-7   |Ab7   <D.S. al Coda>]    [*CQG-7   |C7   |F7sus   |Bb6   Z",
        "Bb7 | Bb7 | Eb7 | Ab7 | Bb7 | F7 | Eb7 | Ab7 | Bb7 | Bb7 | Ebm7 | Ab7"
        "| Eb7 | Ab7 | Bb7 | Bb7 | Gm7 | C7 | F7sus | Bb6",
    ),
    "D.C. al Fine over a repeat": (
        "{*AT44D-7   |x   |Eh7   |A7b9<Fine>   }[*BG-7   |C7   |F^7   |A7alt  <D.C. al Fine> ]",
        "Dm7 | Dm7 | Em7b5 | A7(b9) | Dm7 | Dm7 | Em7b5 | A7(b9) | Gm7 | C7 | Fmaj7 | A7alt"
        "| Dm7 | Dm7 | Em7b5 | A7(b9)",
    ),
    "D.S. al 2nd End.": (
        "{*AT44SEb^7   |C-7   |N1F-7   |Bb7   }|N2F-7 Bb7 |Eb6   ]"
        "[*BAb^7   |Db7   |G-7 C7 |F-7 Bb7 <D.S. al 2nd End.>Z",
        "Ebmaj7 | Cm7 | Fm7 | Bb7 | Ebmaj7 | Cm7 | Fm7 Bb7 | Eb6 | Abmaj7 | Db7 | Gm7 C7 | Fm7 Bb7"
        "| Ebmaj7 | Cm7 | Fm7 Bb7 | Eb6",
    ),
    "three times": (
        "{<3x>T44A7   |D7   }[E7   |A7   Z",
        "A7 | D7 | A7 | D7 | A7 | D7 | E7 | A7",
    ),
    "one bar again, two bars again": (
        "[T44F7   |Bb7   |   r|    |F7   | x  |C7   |G7   |r|F7   Z",
        "F7 | Bb7 | F7 | Bb7 | F7 | F7 | C7 | G7 | C7 | G7 | F7",
    ),
    "no chord, slashes, a bass alone": (
        "[T44n   |C7 p |W/Bb   |F7/Appp|n Bb7 |W/D W/Ab Z",
        "N.C. | C7 | C7/Bb | F7/A | N.C. Bb7 | Bb7/D Bb7/Ab",
    ),
    "chords that may be played instead": (
        "[T44C^7(A-7) |B7(F7) E7(Bb7) |A-7   (D9) |D7(Ab7)   Z",
        "Cmaj7 | B7 E7 | Am7 | D7",
    ),
    "odd symbols": (
        "[T44C^7#11 Eb^9#11 |Fh7 Bb7b9#5 |Eb-^7 Ab13#11 |D7susadd3 G7alt |C69 Db7#9#5 |C2 C5 |Co7 C+ |F-b6   "
        "|Gsus G7b9sus |A7b13sus Ah9 |Badd9 B9b5 |E-69 E-11 |F#^13 F#o |Ab7b9b13 D11 Z",
        "Cmaj7(#11) Ebmaj9(#11) | Fm7b5 Bb+7(b9) | Ebm(maj7) Ab13(#11) | D7(11) G7alt | C6/9 Db+7(#9) | Csus2 C5"
        "| Cdim7 C+ | Fm(addb13) | Gsus G7sus(b9) | A7sus(b13) Am9b5 | B(add9) B9b5 | Em6/9 Em11"
        "| F#maj13 F#dim | Ab7(b9,b13) D9sus",
    ),
    "small chords, spacers, an end for the last time": (
        "[*AT44sC-7,lF7,|YBb^7   |sG-7,C7,A-7,D7,l|F6, , , U]",
        "Cm7 F7 | Bbmaj7 | Gm7 C7 Am7 D7 | F6",
    ),
    "a coda that ends the last chorus": (
        "[*AT44G^7   |E-7   |A-7   |D7   ][*BC^7   |C-6   |B-7 E7Q |A-7 D7 ]Y[QE-7   |A7   |A-7/D   |G6   Z",
        "Gmaj7 | Em7 | Am7 | D7 | Cmaj7 | Cm6 | Bm7 E7 | Em7 | A7 | Am7/D | G6",
    ),
    "AABA with a bridge": (
        "{*AT44Bb^7 G7 |C-7 F7 |D-7 G-7 |N1C-7 F7 }|N2C-7 F7sus]"
        "[*BD7   |x   |G7   |C7 F7 ][*ABb^7 G7 |C-7 F7 |D-7 G-7 |C-7 F7sus Z",
        "Bbmaj7 G7 | Cm7 F7 | Dm7 Gm7 | Cm7 F7 | Bbmaj7 G7 | Cm7 F7 | Dm7 Gm7 | Cm7 F7sus"
        "| D7 | D7 | G7 | C7 F7 | Bbmaj7 G7 | Cm7 F7 | Dm7 Gm7 | Cm7 F7sus",
    ),
    "D.S. al Fine, the Fine being a fermata inside a repeat": (
        "[*AT44C7   |F7   ][*BSBb7   |Eb7   ]{*CAb7   |Db7  f }[*DG7   |C7   <D.S. al Fine>Z",
        "C7 | F7 | Bb7 | Eb7 | Ab7 | Db7 | Ab7 | Db7 | G7 | C7 | Bb7 | Eb7 | Ab7 | Db7",
    ),
    "D.C. al 3rd End., which stands apart": (
        "{*AT44D^7   |N1B-7   }|N2E-7 A7 ][*BG^7   |G-6   |F#-7   |A7   <D.C. al 3rd End.>]|N3E-7   |A7   |D6   Z",
        "Dmaj7 | Bm7 | Dmaj7 | Em7 A7 | Gmaj7 | Gm6 | F#m7 | A7 | Dmaj7 | Em7 | A7 | D6",
    ),
    "slash chords in cut time, an empty bar, words": (
        "[T22Ab^7/Eb Db-6 |<*74Medium, please>Eb7/G Eb7/Db |Ab/C Bo7 |Bb-7/Eb   |    |F#-7/B B7b5/A Z",
        "Abmaj7/Eb Dbm6 | Eb7/G Eb7/Db | Ab/C Bdim7 | Bbm7/Eb | Bbm7/Eb | F#m7/B B7b5/A",
    ),
}
TWO_TUNES = (("Lantern Street", "C-", "T44C-7   |F-7   Z"), ("Winter Ferry, The", "F", "T34F^7  |C7  Z"))


def scrambled(music: str) -> str:
    """Hide music as iReal Pro does; written from descriptions of the format, not from the code that is tested."""
    rest = music.replace("   ", "XyQ").replace(" |", "LZ").replace("| x", "Kcl")
    hidden = ""
    while len(rest) >= 52:
        block, rest = rest[:50], rest[50:]
        parts = block[:5], block[5:10], block[10:24], block[24:26], block[26:40], block[40:45], block[45:]
        first, second, third, fourth, fifth, sixth, seventh = parts
        hidden += seventh[::-1] + second + fifth[::-1] + fourth + third[::-1] + sixth + first[::-1]
    return hidden + rest


def pro_fields(title: str, music: str, key: str = "C", style: str = "Medium Swing", tempo: int = 0) -> str:
    return f"{title}=Nobody Known=={style}={key}==1r34LbKcu7{scrambled(music)}=Jazz-Medium Swing={tempo}=3"


def pro_link(*tunes: str, name: str = "") -> str:
    return "irealb://" + quote("===".join([*tunes, name]), safe="()'*!")


def plain_link(title: str, music: str, key: str = "C") -> str:
    return f"irealbook://{title}=Known Nobody=Medium Swing={key}=n={music}"


def resolve(chords: str, **said: Any) -> dict[str, Any]:
    return MelodyCodec().resolve({"chords": chords, **said})


def played(music: str, **said: Any) -> Chart:
    return Chart.parse(resolve(plain_link("Test", music), **said)["chords"])


def refusal(chords: str, **said: Any) -> str:
    with pytest.raises(RequestError) as refused:
        resolve(chords, **said)
    message = str(refused.value)
    assert message.isprintable()
    return message


def chords_or_refusal(chords: str) -> str:
    try:
        found: str = resolve(chords)["chords"]
    except RequestError as error:
        return f"refused: {error}"
    return found


def test_there_are_twenty_charts() -> None:
    assert len(CHARTS) == 20


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_what_a_player_would_count(name: str, caplog: pytest.LogCaptureFixture) -> None:
    music, bars = CHARTS[name]
    expected = Chart.parse(bars)
    for link in (
        plain_link(name, music),
        pro_link(pro_fields(name, music)),
        quote(plain_link(name, music), safe=":/="),
    ):
        found = resolve(link)
        assert found["chords"] == expected.text
        assert Chart.parse(found["chords"]) == expected
        assert found["title"] == name
    assert caplog.messages == []


@pytest.mark.parametrize("length", [5, 49, 50, 51, 52, 53, 99, 100, 101, 102, 103, 150, 151, 152])
def test_the_last_characters_are_no_block(length: int) -> None:
    music = "C7" + "," * (length - 4) + "|D"
    assert len(scrambled(music)) == length
    assert resolve(pro_link(pro_fields("Long", music)))["chords"] == "C7 | D"


@given(
    st.lists(
        st.sampled_from(["Eb^7   |", "F-7 Bb7b9 |", " x  |", "    |", "G7alt/B |", "n   |", "C,D,E,F|"]), min_size=1
    )
)
def test_scrambled_and_plain_links_say_the_same(bars: list[str]) -> None:
    music = "[T44A-9   |" + "".join(bars)
    plain, hidden = resolve(plain_link("Same", music)), resolve(pro_link(pro_fields("Same", music)))
    assert plain["chords"] == hidden["chords"]
    assert Chart.parse(plain["chords"]).bars == 1 + len(bars)


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("C", "C"),
        ("C,F", "C F"),
        ("C F ", "C F"),
        ("C  F", "C . . F"),
        ("C,F  ", "C F . ."),
        ("C,F,G", "C . F G"),
        ("C F,G", "C . F G"),
        ("C F ,", "C F"),
        ("C,F ", "C F"),
        (" C", "A C"),
        ("C,F,G ", "C F G ."),
        ("C       ", "C"),
        ("C   F   ", "C . F ."),
        ("C     F ", "C . . F"),
        ("C,F   ,,", "C F . ."),
        (" pCF", "A . C F"),
        ("  C ", "A . C ."),
        ("C ,F,G,Bb", "C F G Bb"),
    ],
)
def test_cells_are_beats(bar: str, expected: str) -> None:
    assert played(f"[A   |{bar}|B   Z") == Chart.parse(f"A | {expected} | B")


def test_choruses_share_one_intro_and_one_coda() -> None:
    intro = "[*iD7   |G7   ][*AC^7   |A-7   |D-7   |G7   Z"
    twice = resolve(plain_link("In", intro), choruses=3)
    assert twice["choruses"] == 1
    chorus = "Cmaj7 | Am7 | Dm7 | G7"
    assert Chart.parse(twice["chords"]) == Chart.parse(f"D7 | G7 | {chorus} | {chorus} | {chorus}")
    coda = "[*AC^7   |A-7  Q |D-7   |G7   ][QF^7   |C6   Z"
    assert played(coda, choruses=2) == Chart.parse(f"{chorus} | Cmaj7 | Am7 | Fmaj7 | C6")
    alone = "{*AC^7   |A-7   }[QF^7   |C6   Z"
    assert played(alone, choruses=2) == Chart.parse("|: Cmaj7 | Am7 :||: Cmaj7 | Am7 :| Fmaj7 | C6")
    plain = resolve(plain_link("Plain", "C7   |F7   Z"), choruses=5)
    assert (plain["chords"], plain["choruses"]) == ("C7 | F7", 5)


def test_the_coda_of_a_jump_is_part_of_every_chorus() -> None:
    found = resolve(plain_link("Each", "[C7   |F7  Q |G7<D.C. al Coda>   ][QA7   Z"), choruses=2)
    assert (found["chords"], found["choruses"]) == ("C7 | F7 | G7 | C7 | F7 | A7", 2)


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("{C7   |N1F7   |N2G7   Z", "C7 | F7 | C7 | G7"),  # the first ending is not closed
        ("C7   |F7   }G7   Z", "C7 | F7 | C7 | F7 | G7"),  # the repeat is not opened
        ("{C7   |N1F7   }[G7   Z", "C7 | F7 | C7 | G7"),  # there is no second ending
        ("{C7<3x>   |N1F7   }|N2G7   Z", "C7 | F7 | C7 | F7 | C7 | G7"),
        ("{C7   |N1F7   }|N0G7   Z", "C7 | F7 | C7 | G7"),
        ("{C7   |N1F7   }|N2G7   }{A7   }B7   Z", "C7 | F7 | C7 | G7 | A7 | A7 | B7"),
        ("{C7   |D7   }    {E7   }", "C7 | D7 | C7 | D7 | E7 | E7"),
        ("[C7   |F7   <Fine>]G7   <D.C.>Z", "C7 | F7 | G7 | C7 | F7"),
        ("[C7   |QF7   |G7<DC al coda>   ][A7   Z", "C7 | F7 | G7 | C7 | A7"),  # the coda has no sign of its own
        ("[C7   |SF7   |G7<D.S. al Coda>   ][QA7   Z", "C7 | F7 | G7 | F7 | G7 | A7"),  # nothing says where to leave
        ("[C7   |F7   <Fine>]{G7   |A7   <D.C. al Fine>}", "C7 | F7 | G7 | A7 | G7 | A7 | C7 | F7"),
        ("[C7   ]<D.C.>   [F7   Z", "C7 | C7"),
        ("{C7   <Fine>|F7<D.C. al Fine>   |G7   }", "C7 | F7 | G7 | C7 | F7 | C7"),
        ("[C7   |F7  Q |G7<D.C. al Coda>   ][A7   ][QB7   Z", "C7 | F7 | G7 | C7 | F7 | B7"),
        ("{C7   |F7  Q |G7   }[QA7   Z", "C7 | F7 | G7 | C7 | F7 | A7"),
        ("{C7   |QF7   |G7   }[QA7   Z", "C7 | F7 | G7 | C7 | A7"),
        ("{C7   |N1F7   <Fine>}|N2G7   ]A7   <D.C. al Fine>Z", "C7 | F7 | C7 | G7 | A7 | C7 | F7"),
        ("{C7   |N1F7   }|N2G7   <Fine>]A7   <D.C. al Fine>Z", "C7 | F7 | C7 | G7 | A7 | C7 | G7"),
    ],
)
def test_signs_that_are_left_out_are_understood(music: str, expected: str) -> None:
    assert played(music) == Chart.parse(expected)


@pytest.mark.parametrize(
    ("music", "expected", "words"),
    [
        ("C*quartal*   |F7   Z", "C | F7", "bar 1: chord 'C*quartal*' is read as C"),
        ("C7   |G7#9add13   Z", "C7 | G7(#9,13)", ""),
        ("C7   |F*omit3*   Z", "C7 | F", "bar 2: chord 'F*omit3*' is read as F"),
        ("C7   |F*7b9omit5*/A   Z", "C7 | F7(b9)/A", "bar 2: chord 'F*7b9omit5*/A' is read as F7(b9)/A"),
        ("C7   |F7<D.S. al Fine>   Z", "C7 | F7 | C7 | F7", "bar 2: D.S. al Fine goes back to bar 1"),
        ("C7   |F7<D.C. al Fine>   |G7   Z", "C7 | F7 | C7 | F7", "bar 2: D.C. al Fine ends here again"),
        ("C7   <Fine>|SF7   |G7<D.S. al Fine>   Z", "C7 | F7 | G7 | F7 | G7", "bar 3: D.S. al Fine ends here again"),
        ("{C7   |N1F7<D.C.>   }|N2G7   Z", "C7 | F7 | C7 | G7", "bar 2: D.C. is not followed, for it is never reached"),
        ("C7   |F7<D.C. al Coda>   Z", "C7 | F7", "bar 2: D.C. al Coda is not followed"),
        ("C7   |F7<D.C. al 2nd End.>   Z", "C7 | F7", "bar 2: D.C. al 2nd End. is not followed"),
        ("C7   |F7<After solos D.C. al Fine>   Z", "C7 | F7", "bar 2: 'After solos D.C. al ' is not followed"),
        ("{C7   |F7   Z", "C7 | F7", "bar 1: the repeat that begins here never ends"),
    ],
)
def test_what_is_a_guess_is_said(music: str, expected: str, words: str, caplog: pytest.LogCaptureFixture) -> None:
    assert played(music) == Chart.parse(expected)
    assert any(words in message for message in caplog.messages) if words else caplog.messages == []


@pytest.mark.parametrize(
    ("music", "words"),
    [
        ("T54C7   Z", "bar 1 is in 5/4; allowed: 4/4, 2/2 and 3/4"),
        ("T12C7   Z", "bar 1 is in 12/8"),
        ("T44C7   |T34F7  Z", "bar 2 changes to 3/4; allowed: one metre"),
        ("C7   |C,D,E,F,GZ", "bar 2 has 5 chords; allowed: 4"),
        ("C7   |C7x  Z", "bar 2 has chords beside the sign"),
        ("C7   |H7   Z", "bar 2: 'H7   Z' is not understood"),
        ("C7   |F7<D.C. al", "bar 2: '<D.C. al' is not understood; the link may be cut off"),
        ("C7   |F7(Bb", "bar 2: '(Bb' is not understood; the link may be cut off"),
        ("C7   |F7 N2G7 Z", "bar 2: an ending begins inside it"),
        ("x   |C7   Z", "bar 1 repeats a bar before it, and there is none"),
        ("n   |W/C   Z", "bar 2 has a bass without a chord before it"),
        ("[*A   |   Z", "there is no chord in it"),
        ("C7   |\0\x1b[2J   Z", "bar 2: '?"),
        ("{<99x>" + "C7|" * 30 + "}", "with its repeats it has more than 2,000 bars"),
        ("C7|" * 2001, "bar 2,001 is too many; allowed: 2,000"),
    ],
)
def test_what_cannot_be_is_an_error_that_names_the_bar(music: str, words: str) -> None:
    message = refusal(plain_link("Bad", music))
    assert message.startswith("'Bad', ")
    assert words in message


def test_a_coda_and_choruses_do_not_explode() -> None:
    assert "500 choruses have more than 2,000 bars" in refusal(plain_link("Bad", "C7|" * 9 + "QF7|"), choruses=500)


def test_a_tune_fills_in_what_nobody_said() -> None:
    link = pro_link(pro_fields("Copper Rain", "A-7   |D7   Z", key="A-", style="Bossa Nova", tempo=132))
    assert resolve(link) == {
        "chords": "Am7 | D7",
        "title": "Copper Rain",
        "key": "Am",
        "tempo": 132.0,
        "style": "bossa",
        "swing": 0.5,
        "choruses": 1,
    }
    said: dict[str, Any] = {"title": "Mine", "key": "C", "tempo": 90.0, "swing": 0.6, "choruses": 2, "transpose": 1}
    said["style"] = "swing"
    assert resolve(link, **said) == {"chords": "Am7 | D7", **said}
    assert GrammarCodec().resolve({"chords": link}) == resolve(link)
    silent = resolve(pro_link(pro_fields("Copper Rain", "A-7   |D7   Z", key="?", tempo=5000)))
    assert silent == {"chords": "Am7 | D7", "title": "Copper Rain", "choruses": 1}


@pytest.mark.parametrize(
    "said",
    [{"chords": "blues-f", "choruses": 2}, {"chords": " Dm7 G7 |\nC6/9"}, {"chords": "|: C7/E :|"}, {"tempo": 90.0}],
)
def test_other_prompts_stay_as_they_are(said: dict[str, Any]) -> None:
    assert MelodyCodec().resolve(said) == said


def test_tunes_are_chosen_by_title_or_number() -> None:
    link = pro_link(*(pro_fields(title, music, key) for title, key, music in TWO_TUNES), name="My list")
    assert resolve(link, tune="2") == resolve(link, tune="the winter ferry") == resolve(link, tune="ferry")
    assert resolve(link, tune="2")["title"] == "The Winter Ferry"
    assert resolve(link, tune="Lantern Street")["chords"] == "Cm7 | Fm7"
    assert "tune" not in resolve(link, tune="1")
    listed = "1 Lantern Street, 2 The Winter Ferry"
    assert refusal(link) == f"there are 2 tunes; choose one with --tune NAME or NUMBER: {listed}"
    assert "allowed: 1 to 2" in refusal(link, tune="3")
    assert "allowed: 1 to 2" in refusal(link, tune="0")
    assert f"'r' fits 2 tunes; choose by number: {listed}" in refusal(link, tune="r")
    assert "did you mean 'Lantern Street'? (known: 1 Lantern" in refusal(link, tune="Lantren Stret")
    assert "--chords holds no tunes" in refusal("blues-f", tune="1")


def test_a_list_of_plain_tunes_and_one_without_a_composer() -> None:
    body = "One=Nobody=Medium Swing=C=n=C7   Z=Two==Bossa Nova=n=D-=F7   Z===Three=Nobody=Even=Eb=n=G7   Z===My list"
    for tune, key, chords in (("One", "C", "C7"), ("Two", "Dm", "F7"), ("Three", "Eb", "G7")):
        found = resolve(f"irealbook://{body}", tune=tune)
        assert (found["chords"], found["key"]) == (chords, key)
    nameless = "Four===Ballad=F==1r34LbKcu7C7   Z==0=0===Five=Nobody==Ballad=F==1r34LbKcu7G7   Z==0=0"
    assert resolve(f"irealb://{nameless}", tune="Four")["chords"] == "C7"
    assert resolve(f"irealb://{nameless}", tune="Five")["chords"] == "G7"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Dm7 G7\nCmaj7 | %\n", "Dm7 G7 | Cmaj7 | %"),
        ("\ufeff3/4 C | F", "3/4 C | F"),
        ("blues-g\n", "blues-g"),
        ("Try this:\nirealbook://Ink=A=B=C=n=[C7 F7 |G7   Z\nand tell me.\n", "C7 F7 | G7"),
        ("See irealbook://Ink=A=B=C=n=%5BC7%20F7%20%7CG7%20%20%20Z , it swings", "C7 F7 | G7"),
        ("<p><a href='irealbook://Ink &amp; Paper=A=B=C=n=C7/E  |&lt;Fine&gt;G7   Z'>Ink</a></p>", "C7/E | G7"),
    ],
)
def test_a_file_holds_a_chart_or_links(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "my chart.txt"
    path.write_text(content, encoding="utf-8")
    found = resolve(str(path))
    if expected.startswith("blues"):
        assert found["chords"] == expected
    else:
        assert Chart.parse(found["chords"]) == Chart.parse(expected)


def test_an_exported_page_keeps_its_quotes_and_titles(tmp_path: Path) -> None:
    hostile = "<script>alert('\u202ehello\x1b[31m\0')</script>" + "x" * 500
    link = pro_link(pro_fields(hostile, "C7   |F7   Z"), pro_fields("You're Here", "G7   Z"), name="List")
    path = tmp_path / "list.html"
    path.write_text(f'<html><head></head><body><h3><a href="{link}">{hostile}</a></h3></body></html>', encoding="utf-8")
    assert "%27" not in link
    assert resolve(str(path), tune="2")["title"] == "You're Here"
    title = resolve(str(path), tune="1")["title"]
    assert title.startswith("<script>alert(' hello [31m ')</script>xxx")
    assert title.isprintable()
    assert len(title) <= 80


def test_a_name_is_a_file_only_if_it_looks_like_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("blues-f").write_text("C7")
    Path("C6").mkdir()
    Path("C6/9").write_text("F7")
    Path("plain").write_text("G7")
    assert resolve("blues-f") == {"chords": "blues-f"}
    assert resolve("C6/9") == {"chords": "C6/9"}
    assert resolve("./plain") == {"chords": "G7"}
    assert resolve(str(tmp_path / "plain")) == {"chords": "G7"}
    assert resolve("N.C.") == {"chords": "N.C."}
    assert "--chords gone.txt can't be read (No such file" in refusal("gone.txt")
    assert "can't be read" in refusal("./C6")
    assert "can't be read" in refusal("./nul\0.txt")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"irealb://" + b"a" * 10_000_000, "is too large; allowed: 2 MB"),
        (b"\0" * 1_000_000, "has 1,000,000 characters; allowed in a chart: 262,144"),
        (b"Dm7 | \xff\xfe", "is no text in UTF-8"),
        (b"<!DOCTYPE html><p>nothing</p>", "is a page without a link of iReal Pro"),
        (b"irealb://", "has no music"),
        (b"irealbook://", "is empty"),
        (b"irealbook://A=B=C", "3 fields for a tune; allowed: 6; it is cut off"),
        (b"irealbook://" + b"a=b=c=d=n=C=" * 11_000, "there are too many tunes; allowed: 10,000"),
        (b"irealb://=1r34LbKcu7C7   Z", "fields for a tune; allowed: 10; it is cut off"),
        (b"irealb://" + b"=" * 2_000_000, "has no music"),
        (b"irealbook://A=B=C=D=n=" + b"C7" * 20_000, "'A' has 40,000 characters of music; allowed: 20,000"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "hostile.html"
    path.write_bytes(content)
    assert words in refusal(str(path))


def test_a_link_that_is_cut_off_anywhere_is_refused_or_whole() -> None:
    link = pro_link(pro_fields("Cut", CHARTS["D.C. al Coda"][0]))
    whole = resolve(link)["chords"]
    found = [chords_or_refusal(link[:length]) for length in range(len("irealb://"), len(link))]
    assert {chords for chords in found if not chords.startswith("refused: ")} <= {whole}
    assert all(chords.isprintable() for chords in found)


@given(st.text(alphabet="ABCb#7-^hox rnpWSQfUTN0123<>{}[]|Z(),*/=\0\u00e9", max_size=80))
def test_any_music_is_a_chart_or_an_error(music: str) -> None:
    found = chords_or_refusal(f"irealbook://A=B=C=D=n={music}")
    assert found.isprintable()
    assert found.startswith("refused: ") or Chart.parse(found).text == found


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"Dm7 | G7\n"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", stream)
    assert resolve("-") == {"chords": "Dm7 | G7"}
    assert stream.read() == ""


def seqforge(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "seqforge", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False, input=stdin)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a run of one step, of 8 units."""
    folder = tmp_path_factory.mktemp("model")
    settings = ("training.steps=1", "samples.count=0", "model.lstm.hidden=8", "model.lstm.embedding=4")
    options = [part for setting in settings for part in ("--set", setting)]
    done = seqforge("run", "jazz", "--backend", "numpy", *options, "--out", "run", cwd=folder)
    assert done.returncode == 0, done.stderr
    return str(folder / "run")


def test_the_takes_do_not_need_the_file_any_more(tmp_path: Path, model: str) -> None:
    link = pro_link(*(pro_fields(title, music, key, tempo=200) for title, key, music in TWO_TUNES), name="My list")
    page = tmp_path / "list.html"
    page.write_text(f'<html><body><a href="{link}">My list</a></body></html>')
    done = seqforge("generate", model, "--chords", "list.html", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: there are 2 tunes; choose one with --tune NAME or NUMBER: 1 Lantern Street, 2 The Winter Ferry\n"
    )
    common = ("--seed", "3", "--format", "musicxml")
    done = seqforge("generate", model, "--chords", "list.html", "--tune", "1", "--out", "a", *common, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Lantern Street: 2 bars" in done.stdout
    page.unlink()
    prompt = json.loads((tmp_path / "a" / "settings.json").read_text())["prompt"]
    assert (prompt["chords"], prompt["key"], prompt["tempo"], prompt["tune"]) == ("Cm7 | Fm7", "Cm", 200.0, None)
    options = [part for name in ("chords", "key", "tempo", "title") for part in (f"--{name}", str(prompt[name]))]
    assert seqforge("generate", model, *options, "--out", "b", *common, cwd=tmp_path).returncode == 0
    first, second = ((tmp_path / folder / "take-01.musicxml").read_bytes() for folder in "ab")
    assert b"<work-title>Lantern Street</work-title>" in first
    assert first == second


def test_a_link_goes_through_standard_input_and_guesses_are_shown(tmp_path: Path, model: str) -> None:
    link = plain_link("Tin <b>", "C*odd*   |F7   Z")
    done = seqforge("generate", model, "--chords", "-", "--out", "a", "--seed", "1", cwd=tmp_path, stdin=link)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "warning: 'Tin <b>', bar 1: chord 'C*odd*' is read as C\n"
    assert json.loads((tmp_path / "a" / "settings.json").read_text())["prompt"]["chords"] == "C | F7"
    assert "<work-title>Tin &lt;b&gt;</work-title>" in (tmp_path / "a" / "take-01.musicxml").read_text(encoding="utf-8")


def test_a_chart_of_text_does_not_load_the_reader_of_links() -> None:
    code = (
        "import sys; from seqforge_jazz.melody import MelodyCodec; MelodyCodec().resolve({'chords': 'blues-f'});"
        "assert not [name for name in sys.modules if 'ireal' in name]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_documentation_is_right() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "charts.md").read_text(encoding="utf-8")
    charts = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    assert [Chart.parse(chart).bars for chart in charts] == [7]
    assert all(f"`--{option}`" in text for option in ("tune", "title", "key", "tempo", "transpose"))
    for limit in ("at most 2 MB", "up to 2,000 bars", "up to 10,000 tunes"):
        assert limit in text
