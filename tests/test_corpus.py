"""Files as data: which are found, and what becomes of each."""

import json

import pytest

from seqforge.files.model_file import read_model

RULE = "a.b-a.c=a.b-a.d="
NO_SPLIT = ("--set", "data.validation=0", "--set", "data.test=0")


@pytest.fixture
def songs(tmp_path):
    """A folder of files: some whole, some not."""
    folder = tmp_path / "songs of mine"
    (folder / "deeper").mkdir(parents=True)
    for number in range(4):
        (folder / f"{number}.letters").write_text(f"group-{number} {RULE}\ngroup-{number} {RULE[:8]}\n")
    (folder / "deeper" / "4.LETTERS").write_text(f"group-4 {RULE}\n")
    (folder / "bad.letters").write_bytes(b"\xff\xfe")
    (folder / "half.letters").write_text(f"group-5 {RULE}\ngroup-5 a.b\n")
    (folder / "readme.md").write_text("not a song")
    return folder


@pytest.fixture
def run(seqforge):
    """`run(data)`: the `data` part of the result."""

    def start(data, *arguments):
        outcome = seqforge("run", "own.toml", "--data", data, "--json", *arguments)
        assert outcome.status == 0, outcome.err
        return json.loads(outcome.out)

    return start


@pytest.fixture(autouse=True)
def own_recipe(seqforge, tmp_path):
    """The toy recipe without the data set's own options, as a file."""
    text = seqforge("recipes", "show", "toy").out.replace('source = "cycles"', "")
    (tmp_path / "own.toml").write_text(text.replace("steps = 60", "steps = 2"))


def test_a_folder_is_read_and_what_is_dropped_has_its_reason(run, songs):
    data = run(songs)["data"]
    assert data["pieces"] == 10
    assert data["kept"] == ["0.letters", "1.letters", "2.letters", "3.letters", "4.LETTERS", "half.letters"]
    assert {(item["name"], item["reason"]) for item in data["dropped"]} == {
        ("bad.letters", "it is no text"),
        ("half.letters", "'a.b' is not made of letters with a mark each"),
    }


def test_what_a_file_gave_before_it_failed_counts_and_so_does_one_that_gave_nothing(run, songs):
    (songs / "torn.letters").write_text(f"group-6 {RULE}\ngroup-6\n")
    (songs / "void.letters").write_text("")
    data = run(songs)["data"]
    assert data["pieces"] == 11
    assert "torn.letters" in data["kept"]
    dropped = {item["name"]: item["reason"] for item in data["dropped"]}
    assert dropped["torn.letters"] == "line 2 has a group, but no letters"
    assert dropped["void.letters"] == "nothing in it that the reader knows"


def test_a_glob_takes_what_it_matches(run, songs):
    data = run(songs / "[0-3].letters")["data"]
    assert data["kept"] == ["0.letters", "1.letters", "2.letters", "3.letters"]
    deep = run(songs / "**" / "*.LETTERS", "--set", "data.validation=0", "--set", "data.test=0")["data"]
    assert deep["kept"] == ["4.LETTERS"]


def test_a_file_is_read(run, songs):
    data = run(songs / "0.letters", "--set", "data.validation=0", "--set", "data.test=0")["data"]
    assert (data["pieces"], data["kept"]) == (2, ["0.letters"])


def test_where_the_files_lie_plays_no_role(run, songs, tmp_path):
    first = run(songs, "--out", "first")
    moved = songs.rename(tmp_path / "elsewhere")
    second = run(moved, "--out", "second")
    assert first["data"]["digest"] == second["data"]["digest"]
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("first", "second")]
    assert models[0] == models[1]
    assert b"elsewhere" not in models[1]
    assert read_model(tmp_path / "first" / "model.safetensors").data["source"] == "files"


def test_the_digest_knows_the_content(run, songs):
    before = run(songs)["data"]["digest"]
    (songs / "0.letters").write_text(f"group-0 {RULE}\ngroup-0 {RULE[:6]}\n")
    assert run(songs)["data"]["digest"] != before


def test_the_run_repeats_from_its_configuration(run, seqforge, songs, tmp_path):
    run(songs, "--out", "first")
    assert seqforge("run", "first", "--out", "second").status == 0
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("first", "second")]
    assert models[0] == models[1]


def test_a_registered_corpus_comes_before_a_folder_of_its_name(run, tmp_path):
    (tmp_path / "cycles").mkdir()
    assert run("cycles")["data"]["pieces"] == 30


def test_a_reader_has_options_and_says_what_it_did(seqforge, songs, run):
    data = run(songs, "--set", "data.first_line=2")["data"]
    assert data["pieces"] == 4, "the second line of each whole file"
    assert data["notes"]["0.letters"] == ["read from line 2 on", RULE[:8]]
    assert "0.letters: read from line 1 on" in seqforge("run", "own.toml", "--data", songs / "0.letters", *NO_SPLIT).out


def test_an_option_that_the_source_does_not_know_is_an_error_if_it_was_typed(seqforge, songs):
    for source, key in ((songs, "data.groups=3"), ("cycles", "data.first_line=2")):
        outcome = seqforge("run", "own.toml", "--data", source, "--set", key)
        assert outcome.status == 2
        assert f"'{key.partition('=')[0]}'" in outcome.err


def test_a_recipe_holds_options_of_several_sources(seqforge, songs, tmp_path):
    text = (tmp_path / "own.toml").read_text().replace("[data]", "[data]\nfirst_line = 2\ngroups = 4")
    (tmp_path / "own.toml").write_text(text)
    assert "first_line = 2" in seqforge("run", "own.toml", "--data", songs, "--dry-run").out
    by_name = seqforge("run", "own.toml", "--data", "cycles", "--dry-run").out
    assert "groups = 4" in by_name
    assert "first_line" not in by_name
