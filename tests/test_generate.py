"""`seqforge generate`: takes from a model, the same ones again, and what may not come."""

import json
import re
import signal
import sys
import time

import pytest
from killing import PART, finish, start


def takes(folder, suffix="txt"):
    """The text of every take, in their order."""
    return [path.read_text() for path in sorted(folder.glob(f"take-*.{suffix}"))]


@pytest.fixture
def generate(seqforge, tmp_path, toy_run):
    """`generate("-n", 4)`: the texts of the takes."""
    numbers = iter(range(100))

    def start(*arguments, model=toy_run, seed=7):
        out = tmp_path / f"takes {next(numbers)}"
        outcome = seqforge("generate", model, "--out", out, "--seed", seed, *arguments)
        assert outcome.status == 0, outcome.err
        return takes(out)

    return start


def test_take_1_is_the_same_alone_among_4_and_among_20(generate):
    (alone,) = generate("-n", 1)
    four, twenty = generate("-n", 4), generate("-n", 20)
    assert [alone] == four[:1]
    assert four == twenty[:4]
    assert len(set(generate("-n", 20, "--length", 40))) == 20
    assert generate("-n", 17)[16] == twenty[16]


def test_the_samples_of_the_run_can_be_generated_again(generate, toy_run):
    assert generate("-n", 2, "--length", 6, seed=1) == takes(toy_run / "samples")


def test_a_model_file_does_what_its_run_does(generate, toy_run):
    assert generate("-n", 3) == generate("-n", 3, model=toy_run / "model.safetensors")


@pytest.mark.parametrize("hash_seed", ["0", "99"])
def test_the_same_seed_gives_the_same_files_in_another_process(process, tmp_path, generate, toy_run, hash_seed):
    here = generate("-n", 3)
    environment = {"PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": "4", "SEQFORGE_BACKEND": "mirror"}
    outcome = process("generate", toy_run, "-n", 3, "--seed", 7, "--out", "there", **environment)
    assert outcome.status == 0
    assert takes(tmp_path / "there") == here


def test_a_model_trained_by_another_backend_generates_alike(seqforge, generate, tmp_path):
    for backend in ("numpy", "mirror"):
        assert seqforge("run", "toy", "--backend", backend, "--out", backend).status == 0
    numpy, mirror = (generate("-n", 2, model=tmp_path / backend) for backend in ("numpy", "mirror"))
    assert numpy == mirror


def test_another_seed_gives_other_takes(generate):
    assert generate("-n", 4, seed=7) != generate("-n", 4, seed=8)


def test_a_seed_that_was_drawn_is_printed_and_repeats_the_takes(seqforge, tmp_path, toy_run):
    outcome = seqforge("generate", toy_run, "-n", 3, "--out", "first")
    seed = re.search(r"seed (\d+)$", outcome.out.strip())[1]
    assert seqforge("generate", toy_run, "-n", 3, "--out", "second", "--seed", seed).status == 0
    assert takes(tmp_path / "first") == takes(tmp_path / "second")
    other = seqforge("generate", toy_run, "-n", 3, "--out", "third")
    assert f"seed {seed}" not in other.out


def test_greedy_takes_are_equal_and_those_of_top_k_1(generate):
    greedy = generate("-n", 3, "--sampler", "greedy")
    assert len(set(greedy)) == 1
    assert generate("-n", 3, "--top-k", 1, seed=3) == greedy
    assert generate("-n", 3, "--temperature", "1e-9", seed=4) == greedy
    assert generate("-n", 3, "--top-p", "1e-9", seed=5) == greedy


def test_temperature_widens_and_narrows(generate):
    cold, usual, hot = (len(set(generate("-n", 16, "--temperature", t))) for t in ("0.02", "1", "3"))
    assert cold < usual <= hot == 16


def test_the_temperature_comes_before_the_truncation(generate):
    flat_then_cut = generate("-n", 60, "--length", 1, "--temperature", 100, "--top-p", 0.75)
    assert len({text[0] for text in flat_then_cut}) == 4, "of five letters that are about as likely, four make up 0.75"
    cut = generate("-n", 60, "--length", 1, "--top-p", 0.75)
    assert len({text[0] for text in cut}) < 4


@pytest.mark.parametrize("length", [1, 5, 300])
def test_takes_end_where_the_guide_ends_and_keep_to_it(generate, length):
    for text in generate("-n", 3, "--length", length, "--temperature", 100):
        assert re.fullmatch(f"([a-e][.=-]){{{length}}}\n", text)


def test_what_the_prompt_forbids_never_comes(generate):
    for text in generate("-n", 16, "--length", 40, "--temperature", 100, "--avoid", "ace", "--legato", "true"):
        assert set(text.strip()) == set("bd=-")


def test_a_processor_of_a_plugin_joins_in(generate):
    for text in generate("-n", 16, "--length", 40, "--temperature", 100, "--set", "fresh_letter=true"):
        assert re.fullmatch(r"(?:([a-e])[.=-](?!\1))+\n", text)
    plain = generate("-n", 16, "--length", 40, "--temperature", 100)
    assert any(re.search(r"([a-e])[.=-]\1", text) for text in plain)


def test_set_and_the_short_options_mean_the_same(generate):
    assert generate("-n", 4, "--set", "top_k=2") == generate("-n", 4, "--top-k", 2)


def test_files_are_written_in_the_formats_asked_for(seqforge, tmp_path, toy_run):
    assert seqforge("generate", toy_run, "--out", "all", "--seed", 1).status == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [
        "settings.json",
        "take-01.marks",
        "take-01.txt",
        "takes.html",
    ]
    assert seqforge("generate", toy_run, "--out", "one", "--seed", 1, "--format", "marks,marks").status == 0
    assert takes(tmp_path / "one", "marks") == takes(tmp_path / "all", "marks")
    assert takes(tmp_path / "one") == []


@pytest.fixture
def with_cards(plant, tmp_path):
    """A plugin with formats that are written when they are named, one of them with a requirement that is missing."""
    source = """
from seqforge import FormatSpec, Option, hookimpl
class Card:
    def __init__(self, *, frame): self.frame = frame
    def write(self, work, path): path.write_text(f"{self.frame}{work}{self.frame}")
@hookimpl
def seqforge_register_formats():
    frame = Option(name="frame", type=int, default=1, minimum=0, maximum=9, help="a digit on both sides")
    common = dict(target="cards:Card", summary="framed", codecs=("letters",), options=(frame,))
    return [
        FormatSpec(name="card", suffix=".card", by_default=False, **common),
        FormatSpec(name="post", suffix=".post", requires=("no_such_module",), install='"cards[post]"', **common),
    ]
"""
    return plant(tmp_path / "site", "seqforge-cards", {"cards": "cards"}, {"cards.py": source})


def test_formats_that_are_asked_for_take_their_options(process, tmp_path, toy_run, with_cards):
    plain = process("generate", toy_run, "--seed", 1, "--out", "plain", path=[with_cards])
    assert plain.status == 0, plain.err
    assert {path.suffix for path in (tmp_path / "plain").iterdir()} == {".html", ".json", ".marks", ".txt"}
    for number, frame in (("1", []), ("7", ["--frame", 7])):
        arguments = ("--seed", 1, "--format", "card", "--out", f"framed-{number}", *frame)
        framed = process("generate", toy_run, *arguments, path=[with_cards])
        assert framed.status == 0, framed.err
        (card,) = takes(tmp_path / f"framed-{number}", "card")
        assert card.strip().startswith(number)
        assert card.endswith(number)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--frame", "7"), ("--frame is for the formats card, post", "--format card")),
        (("--frame", "77", "--format", "card"), ("--frame is 77", "0 to 9")),
        (("--format", "card,post"), ("format 'post'", "no_such_module", 'python -m pip install "cards[post]"')),
    ],
    ids=str,
)
def test_what_formats_can_not_do_is_said_before_anything_is_written(
    process, tmp_path, toy_run, with_cards, arguments, words
):
    outcome = process("generate", toy_run, *arguments, "--out", "no", path=[with_cards])
    assert (outcome.status, outcome.err.count("\n")) == (2, 1), outcome.err
    assert all(word in outcome.err for word in words), outcome.err
    assert not (tmp_path / "no").exists()


def test_the_list_says_when_formats_are_written(process, with_cards):
    outcome = process("list", "formats", "--json", path=[with_cards])
    written = {row["name"]: row["written"] for row in json.loads(outcome.out)}
    assert (written["txt"], written["card"]) == ("by default", "when named")
    assert written["post"] == "not installed: no_such_module"


def test_without_out_folders_are_numbered(seqforge, tmp_path, toy_run):
    for _ in range(2):
        assert seqforge("generate", toy_run).status == 0
    assert sorted(path.name for path in (tmp_path / "takes").iterdir()) == ["toy-001", "toy-002"]


@pytest.mark.parametrize("second", [["--format", "txt"], ["--format", "marks"], ["-n", 3]], ids=str)
def test_nothing_that_exists_is_written_over(seqforge, tmp_path, toy_run, second):
    assert seqforge("generate", toy_run, "--out", "mine", "--format", "txt").status == 0
    before = {path: path.read_bytes() for path in (tmp_path / "mine").iterdir()}
    outcome = seqforge("generate", toy_run, "--out", "mine", *second)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "--out" in outcome.err
    assert {path: path.read_bytes() for path in (tmp_path / "mine").iterdir()} == before


def test_json_says_where_the_takes_are(process, tmp_path, toy_run):
    result = json.loads(process("generate", toy_run, "-n", 2, "--out", "mine", "--json").out)
    assert result["prompt"] == {"length": 8, "avoid": None, "legato": False}
    assert [[str(tmp_path / file) for file in files] for files in result["takes"]] == [
        [str(tmp_path / "mine" / f"take-0{number}.{suffix}") for suffix in ("txt", "marks")] for number in (1, 2)
    ]
    settings = json.loads((tmp_path / "mine" / "settings.json").read_text())
    assert settings["seed"] == result["seed"]
    assert settings["sampling"]["temperature"] == 1.0
    assert settings["versions"]["seqforge-toy"] == "0.1.0"


def test_a_wrong_value_is_named_as_it_was_typed(seqforge, toy_run):
    outcome = seqforge("generate", toy_run, "--top-k", "-1")
    assert outcome.status == 2
    assert "--top-k is -1" in outcome.err


def test_help_offers_what_the_codec_offers(seqforge):
    shown = " ".join(seqforge("generate", "--help").out.split())
    for words in ("--length", "--avoid", "--legato", "(letters, pairs) how many letters [default: 8]", "--top-p"):
        assert words in shown


def test_beam_takes_are_the_likeliest_first_and_nothing_of_them_is_random(generate):
    beam = generate("-n", 3, "--sampler", "beam")
    assert beam == generate("-n", 3, "--sampler", "beam", seed=8)
    assert len(set(beam)) == 3
    assert generate("-n", 1, "--sampler", "beam") == beam[:1]


def test_stochastic_beam_takes_all_differ_and_depend_on_the_seed(generate):
    drawn = generate("-n", 8, "--sampler", "stochastic-beam", "--length", 6)
    assert len(set(drawn)) == 8
    assert drawn == generate("-n", 8, "--sampler", "stochastic-beam", "--length", 6)
    assert drawn != generate("-n", 8, "--sampler", "stochastic-beam", "--length", 6, seed=8)


def test_more_takes_than_the_beam_is_wide_are_refused(seqforge, toy_run):
    outcome = seqforge("generate", toy_run, "-n", 9, "--sampler", "beam", "--out", "nine")
    assert outcome.status == 2
    assert "beam_width" in outcome.err


def test_a_temperature_for_a_class_that_the_model_has_not_is_refused_before_anything_is_written(
    seqforge, toy_run, tmp_path
):
    outcome = seqforge("generate", toy_run, "--set", "class_temperature=colour=0.5", "--out", tmp_path / "none")
    assert outcome.status == 2
    assert "colour" in outcome.err
    assert not (tmp_path / "none").exists()


def test_takes_are_named_in_the_order_of_their_numbers(seqforge, toy_run, tmp_path):
    assert seqforge("generate", toy_run, "-n", 101, "--seed", 7, "--format", "txt", "--out", "many").status == 0
    assert seqforge("generate", toy_run, "-n", 99, "--seed", 7, "--format", "txt", "--out", "fewer").status == 0
    assert takes(tmp_path / "many")[:99] == takes(tmp_path / "fewer")
    assert (tmp_path / "many" / "take-001.txt").exists()
    assert (tmp_path / "fewer" / "take-01.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="a process can't send another one Ctrl-C there")
def test_an_interruption_keeps_whole_takes_and_says_which(toy_run, toy_path, tmp_path):
    request = ("generate", str(toy_run), "--seed", "7", "--out", "mine", "-n", "30000")
    process = start(tmp_path, toy_path, *request)
    while process.poll() is None and not any((tmp_path / "mine").glob("take-*.marks")):
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    status, out, err = finish(process)
    assert (status, out) == (130, "")
    assert "takes are in mine" in err
    assert "--seed 7" in err
    count = json.loads((tmp_path / "mine" / "settings.json").read_text())["count"]
    assert 1 <= count < 30000
    names = {f"take-{number + 1:05d}.{suffix}" for number in range(count) for suffix in ("txt", "marks")}
    found = {path.name for path in (tmp_path / "mine").iterdir()}
    assert found == {"settings.json", *names}, [name for name in found if name.startswith(PART)]


def test_a_request_that_fails_leaves_no_folder(seqforge, toy_run, tmp_path):
    assert seqforge("generate", toy_run, "-n", 9, "--sampler", "beam").status == 2
    assert list((tmp_path / "takes").iterdir()) == []


@pytest.mark.parametrize("out", ["taken", "taken/deeper", "nowhere"])
def test_only_a_folder_can_hold_takes(seqforge, toy_run, tmp_path, out):
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "nowhere").symlink_to("gone")
    outcome = seqforge("generate", toy_run, "--out", out)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "--out takes a folder" in outcome.err
    assert (tmp_path / "taken").read_text() == "mine"


def test_options_of_set_are_named_as_set_takes_them(seqforge, toy_run):
    for assignment, words in (
        ("repetition_window=-1", "error: repetition_window is -1; allowed: a whole number of at least 0"),
        ("repetition_windo=1", "unknown key 'repetition_windo'; did you mean 'repetition_window'?"),
        ("repetition_window", "KEY=VALUE, such as temperature=0.9"),
    ):
        outcome = seqforge("generate", toy_run, "--set", assignment)
        assert outcome.status == 2
        assert words in outcome.err


def test_an_option_of_another_codec_is_told_from_an_unknown_one(seqforge, toy_run):
    assert (
        seqforge("run", "toy", "--set", "codec.name=pairs", "--set", "training.steps=2", "--out", "pairs").status == 0
    )
    outcome = seqforge("generate", "pairs", "--avoid", "a")
    assert outcome.status == 2
    assert "--avoid is for models of codec letters, and this one's is pairs; leave it out" in outcome.err


def test_help_shows_limits(seqforge):
    shown = " ".join(seqforge("generate", "--help").out.split())
    assert "how many letters [default: 8] [from 1 to 5000" in shown
    assert (
        "--min-p F choose among those at least this share as likely as the likeliest; 0 for all [default: 0.0]" in shown
    )
    assert "[above 0 of at most 100]" in shown
