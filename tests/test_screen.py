"""What is printed: nothing moves the cursor, every letter has a place in every encoding, and JSON is JSON."""

import json

import pytest

LOUD = "\x1b[2Jbell\x07"


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", LOUD),
        ("generate", "{run}", "--format", LOUD),
        ("generate", "{run}", "--set", f"{LOUD}=1"),
        ("generate", "{run}", "--length", LOUD),
        ("evaluate", LOUD),
        ("evaluate", "{run}", "--reference", LOUD),
        ("run", LOUD),
    ],
    ids=str,
)
def test_an_error_shows_a_name_without_what_moves_the_cursor(seqforge, toy_run, arguments):
    outcome = seqforge(*(str(toy_run) if word == "{run}" else word for word in arguments))
    assert outcome.status == 2
    assert "bell" in outcome.err
    assert all(line.isprintable() for line in outcome.err.split("\n"))


def test_a_letter_that_the_screen_lacks_is_written_as_an_escape(process, toy_run, tmp_path):
    outcome = process("generate", toy_run, "--seed", 1, "--out", "π", PYTHONIOENCODING="ascii")
    assert outcome.status == 0, outcome.err
    assert "1 take in \\u03c0, seed 1" in outcome.out
    assert (tmp_path / "π" / "take-01.txt").exists()


def test_json_is_json_in_an_encoding_without_its_letters(process, toy_run):
    outcome = process("generate", toy_run, "--out", "π\N{VIOLIN} é", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(outcome.out)["folder"] == "π\N{VIOLIN} é"


def test_what_is_no_text_is_refused(seqforge, toy_run, tmp_path):
    outcome = seqforge("generate", toy_run, "--avoid", "a\udcff", "--out", "mine")
    assert outcome.status == 2
    assert "--avoid is 'a\\udcff'; allowed: text in UTF-8" in outcome.err
    assert not (tmp_path / "mine").exists()


def test_a_run_says_its_folder_as_a_shell_takes_it(seqforge):
    outcome = seqforge("run", "toy", "--set", "training.steps=2", "--out", "my run")
    assert outcome.status == 0
    assert "seqforge generate 'my run'" in outcome.out
