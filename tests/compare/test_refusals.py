"""`seqforge compare`: what it refuses to compare, and why."""

import json
import math
import shutil

import pytest
from comparing import EVENTS, NATS

from seqforge.files.scores_file import PieceScores, names_digest


def other_training_pieces(values):
    other = {**values["split"]["training"], "digest": "0" * 64, "pieces": 99}
    return {**values, "split": {**values["split"], "training": other}}


def renamed(name):
    """Another piece in the place of the first one of a part."""

    def edit(values):
        part = values["parts"][name]
        ids = ("another", *part.ids[1:])
        pieces = PieceScores(ids=ids, groups=part.groups, nats=part.nats, units=part.units)
        digest = names_digest(zip(ids, part.groups, strict=True))
        split = {**values["split"], name: {**values["split"][name], "digest": digest}}
        return {**values, "split": split, "parts": {**values["parts"], name: pieces}}

    return edit


def counted(codec, **units):
    """Other counts of the test part, through another codec."""

    def edit(values):
        part = values["parts"]["test"]
        pieces = PieceScores(ids=part.ids, groups=part.groups, nats=part.nats, units={**part.units, **units})
        named = {"codec": {"name": codec, "options": {}}} if codec else {}
        return {
            **values,
            **named,
            "data": {"digest": "1", "content": "1"},
            "parts": {**values["parts"], "test": pieces},
        }

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (other_training_pieces, "they were trained on other pieces (21 and 99 of them)"),
        (renamed("validation"), "they have in their validation parts other pieces"),
        (renamed("test"), "other pieces (6 and 6 of them; 'one' is in that of a alone)"),
        (
            lambda values: {**values, "scorer": {"name": "windows", "version": 3}},
            "scored in other ways (whole-pieces 1, windows 3)",
        ),
        (
            lambda values: {**values, "data": {"digest": "1", "content": "1"}},
            "other content under the same codec (letters alphabet=5)",
        ),
        (
            counted("pairs", event=EVENTS[::-1], beat=EVENTS),
            "no unit that both count alike on each piece of the test part (in all: events 73 and 73, beats",
        ),
    ],
    ids=["training pieces", "validation pieces", "test pieces", "scorer", "content", "units"],
)  # fmt: skip
def test_what_can_not_be_compared_is_refused_with_the_reason_and_both_runs(made, refused, edit, words):
    made("a")
    made("b", seed=2)
    made("c", changes={"training.steps": 9}, edit=edit)
    line = refused("a", "b", "c")
    assert line.startswith("error: a and c can't be compared: ")
    assert words in line


def test_codecs_are_compared_in_the_first_unit_that_they_count_alike_and_never_in_tokens(made, compare, refused):
    made("a")
    made("b", changes={"codec.name": "pairs"}, edit=counted("pairs", event=EVENTS[::-1]))
    found = compare("a", "b")
    assert found["unit"] == "beat"
    assert found["groups"][0]["mean"] == pytest.approx(sum(NATS) / sum(map(math.sqrt, EVENTS)))
    assert any("the codecs differ" in note for note in found["notes"])
    assert "tokens of different codecs can't be compared" in refused("a", "b", "--unit", "token")
    assert "both count alike on each piece of the test part (in all: events 73 and 73)" in refused(
        "a", "b", "--unit", "event"
    )


def test_part_and_unit_can_be_chosen(made, compare, refused):
    made("a")
    made("b", seed=2)
    found = compare("a", "b", "--part", "validation", "--unit", "token")
    rows = json.loads((made("c") / "scores.json").read_text())["parts"]["validation"]
    rate = sum(row["nats"] for row in rows) / sum(row["units"]["token"] for row in rows)
    assert (found["part"], found["unit"]) == ("validation", "token")
    assert found["groups"][0]["mean"] == pytest.approx(rate)
    assert any("its figures flatter" in note for note in found["notes"])
    assert not any("its figures flatter" in note for note in compare("a", "b")["notes"])
    assert "--part is 'training'; allowed: test or validation" in refused("a", "b", "--part", "training")
    assert "--unit is 'note'; allowed: event, beat, token" in refused("a", "b", "--unit", "note")


def test_bad_requests_are_one_clear_line(made, refused, seqforge, tmp_path):
    folder = made("a")
    made("b", seed=2)
    (tmp_path / "empty").mkdir()
    assert seqforge("compare").status == 2
    assert "only a is named; a comparison needs two runs or more" in refused("a")
    assert "there is no run nowhere" in refused("a", "nowhere")
    assert "empty is no run and holds none" in refused("a", "empty")
    assert "model.safetensors is a file" in refused("a", folder / "model.safetensors")
    assert "a is named twice" in refused("a", "b", "a")
    assert "/a, which is a, is named twice" in refused("a", "b", f"../{tmp_path.name}/a")
    shutil.copytree(folder, tmp_path / "copy")
    assert "a and copy are the same run twice" in refused("a", "b", "copy")
    assert "--open opens the page" in refused("a", "b", "--open")
    assert "--html is page.txt; allowed" in refused("a", "b", "--html", "page.txt")


def test_a_page_that_can_not_be_written_is_named_with_its_option(made, seqforge, tmp_path):
    made("a")
    made("b", seed=2)
    (tmp_path / "taken").write_text("a file")
    outcome = seqforge("compare", "a", "b", "--html", "taken/page.html")
    assert (outcome.status, outcome.err.count("\n"), outcome.out) == (1, 1, "")
    assert "taken/page.html can't be written" in outcome.err
    assert "choose another --html" in outcome.err
    assert "--out" not in outcome.err


def removed(name):
    return lambda run: (run / name).unlink()


def with_text(name, change):
    def spoil(run):
        (run / name).write_text(change((run / name).read_text()))

    return spoil


def without_a_part(text):
    scores = json.loads(text)
    del scores["parts"]["test"]
    return json.dumps(scores)


def with_bytes(name, change):
    def spoil(run):
        (run / name).write_bytes(change((run / name).read_bytes()))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "status", "words"),
    [
        (removed("report.html"), 2, "b is not finished; type: seqforge resume b"),
        (removed("scores.json"), 2, "b has no scores.json; type: seqforge evaluate b"),
        (with_text("scores.json", lambda text: text[:90]), 1, "type: seqforge evaluate b"),
        (with_text("scores.json", lambda text: "[1]"), 1, "is not what this seqforge writes"),
        (
            with_text("scores.json", lambda text: text.replace('"one"', '"eno"', 1)),
            1,
            "that of the names of its pieces",
        ),
        (with_text("scores.json", without_a_part), 1, "the pieces of the test part are not there"),
        (with_text("scores.json", lambda text: text.replace("20.0", "NaN", 1)), 1, "nan is no number of nats"),
        (with_text("scores.json", lambda text: text.replace("20.0", '"20"', 1)), 1, "is no number of nats"),
        (with_bytes("scores.json", lambda content: b"\xff\xfe"), 1, "is not what this seqforge writes"),
        (removed("model.safetensors"), 2, "b holds no model.safetensors"),
        (with_bytes("model.safetensors", lambda content: content[:-9]), 1, "model.safetensors"),
        (removed("metrics.jsonl"), 1, "metrics.jsonl can't be read"),
        (with_text("metrics.jsonl", lambda text: ""), 1, "metrics.jsonl can't be read (it is empty)"),
        (with_text("metrics.jsonl", lambda text: "{"), 1, "metrics.jsonl can't be read"),
        (with_text("metrics.jsonl", lambda text: text.replace('"step": 4', '"step": "4"')), 1, "a line of it is not"),
    ],
)
def test_a_run_that_is_not_whole_is_named(made, refused, spoil, status, words):
    made("a")
    spoil(made("b", seed=2))
    assert words in refused("a", "b", status=status)


def test_scores_of_another_model_are_no_scores_of_the_run(made, refused, seqforge):
    first, second = made("a"), made("b", seed=2)
    shutil.copy(first / "scores.json", second / "scores.json")
    assert "b/scores.json is of another model; type: seqforge evaluate b" in refused("a", "b")


def test_evaluate_makes_an_older_run_comparable(toy_run, tmp_path, seqforge, compare):
    shutil.copytree(toy_run, tmp_path / "a")
    outcome = seqforge("run", "a", "--seed", 2, "--out", "b")
    assert outcome.status == 0, outcome.err
    (tmp_path / "b" / "scores.json").unlink()
    assert seqforge("compare", "a", "b").status == 2
    assert seqforge("evaluate", "b", "-n", 1).status == 0
    assert compare("a", "b")["groups"][0]["seeds"] == 2


def test_runs_on_other_splits_are_refused(toy_run, tmp_path, seqforge, refused):
    shutil.copytree(toy_run, tmp_path / "a")
    outcome = seqforge("run", "a", "--set", "data.split_seed=3", "--out", "b")
    assert outcome.status == 0, outcome.err
    line = refused("a", "b")
    assert "a and b can't be compared" in line
    assert "other pieces" in line


TUNING = ("--set", "training.steps=2", "--set", "training.evaluate_every=1", "--set", "samples.count=0")


def test_models_that_runs_went_on_from_are_told_apart_but_for_their_seeds(toy_run, tmp_path, seqforge, compare):
    shutil.copytree(toy_run, tmp_path / "one")
    starts = (("one", ()), ("two", ("--seed", 2)), ("quick", ("--set", "training.learning_rate=0.3")))
    for name, arguments in starts:
        if arguments:
            assert seqforge("run", "one", *arguments, "--out", name).status == 0
        assert seqforge("run", "toy", *TUNING, "--from", name, "--out", f"tuned/{name}").status == 0
    found = compare("tuned")
    assert found["keys"] == ["model.start"]
    names = {frozenset(run["run"] for run in group["runs"]) for group in found["groups"]}
    assert names == {frozenset(("tuned/one", "tuned/two")), frozenset(("tuned/quick",))}
    assert {group["seeds"] for group in found["groups"]} == {1, 2}
    assert str(tmp_path) not in json.dumps(found)


def test_a_run_that_may_know_what_it_is_judged_on_is_refused(toy_run, tmp_path, seqforge, refused, compare):
    """Of the same data, split otherwise, its start was trained on pieces that are held out now; so for later runs."""
    shutil.copytree(toy_run, tmp_path / "one")
    assert seqforge("run", "one", "--set", "data.split_seed=3", "--out", "elsewhere").status == 0
    for start, name in (("elsewhere", "first"), ("first", "second"), ("one", "honest")):
        assert seqforge("run", "toy", *TUNING, "--from", start, "--out", name).status == 0
    for knowing in ("first", "second"):
        line = refused("one", knowing)
        assert f"{knowing} can't be compared: it goes on from a model that was trained on the same data" in line
        assert "data.split_seed was 3 and is 1" in line
    assert len(compare("one", "honest")["groups"]) == 2


def test_starts_of_other_data_are_named(toy_run, tmp_path, seqforge, compare):
    shutil.copytree(toy_run, tmp_path / "one")
    (tmp_path / "mine.letters").write_text("".join(f"{line} a.b-a.c=a.b-a.d=\n" for line in range(12)))
    assert seqforge("run", "toy", *TUNING, "--data", "mine.letters", "--out", "mine").status == 0
    assert seqforge("run", "toy", *TUNING, "--from", "mine", "--out", "tuned").status == 0
    assert any("models of other data" in note for note in compare("one", "tuned")["notes"])


def test_other_shares_in_order_are_refused_whatever_the_codec(made, refused):
    """The parts of a piece that is cut have the same names wherever that is."""
    made("a", changes={"data.split": "order"})
    made(
        "b",
        changes={"data.split": "order", "data.validation": 0.3, "codec.name": "pairs"},
        edit=counted("pairs", beat=EVENTS),
    )
    assert "they hold out other shares in order (data.validation is 0.2 and 0.3)" in refused("a", "b")
