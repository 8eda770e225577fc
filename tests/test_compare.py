"""`seqforge compare`: what it says of finished runs, and which ones it refuses to compare."""

import itertools
import json
import math
import shutil

import numpy as np
import pytest

from seqforge.files.model_file import read_model, write_model
from seqforge.files.scores_file import PieceScores, names_digest, read_scores, write_scores

IDS = ("one", "two", "three", "four", "five", "six")
NATS = (20.0, 31.0, 12.0, 44.0, 25.0, 18.0)
EVENTS = (10.0, 15.0, 6.0, 21.0, 12.0, 9.0)


@pytest.fixture(scope="session")
def short_run(tmp_path_factory, toy_path):
    """A toy run of a few steps; what is compared is written into copies of it."""
    from conftest import call

    folder = tmp_path_factory.mktemp("short") / "run"
    changes = ("training.steps=4", "training.evaluate_every=2", "samples.count=0", "samples.formats=[]")
    outcome = call("run", "toy", "--out", folder, *(part for change in changes for part in ("--set", change)))
    assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture
def made(short_run, tmp_path):
    """`made("a", seed=2, nats=(...), changes={"model.lstm.hidden": 32})`: a finished run that says so of itself."""

    def make(name, *, seed=1, nats=NATS, changes=None, edit=lambda scores: scores, memory=100.0, **settings):
        folder = shutil.copytree(short_run, tmp_path / name)
        model = read_model(folder / "model.safetensors")
        configuration = json.loads(json.dumps(model.provenance["configuration"]))
        configuration["seed"] = seed
        for key, value in {**(changes or {}), **settings}.items():
            *tables, last = key.split(".")
            table = configuration
            for part in tables:
                table = table.setdefault(part, {})
            table[last] = value
        object.__setattr__(model, "provenance", {**model.provenance, "configuration": configuration, "seed": seed})
        write_model(folder / "model.safetensors", model)
        scores = read_scores(folder / "scores.json")
        pieces = PieceScores(
            ids=IDS,
            groups=IDS,
            nats=tuple(nats),
            units={"token": tuple(2 * each for each in EVENTS), "event": EVENTS, "beat": tuple(map(math.sqrt, EVENTS))},
        )
        digest = names_digest(zip(IDS, IDS, strict=True))
        split = {**scores.split, "test": {"pieces": len(IDS), "groups": len(IDS), "digest": digest}}
        values = {
            **{field: getattr(scores, field) for field in ("scorer", "codec", "data")},
            "model": read_model(folder / "model.safetensors").sha256,
            "split": split,
            "parts": {**scores.parts, "test": pieces},
        }
        write_scores(folder / "scores.json", type(scores)(**edit(values)))
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        for line in lines:
            line.update(memory_mib=memory, seconds=float(10 * line["step"] + seed))
            line["validation"] = {"token": 1.0, "event": 5.0 - line["step"] / 2 + seed / 10}
        (folder / "metrics.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        return folder

    return make


@pytest.fixture
def compare(seqforge):
    """`compare("a", "b")`: what it found, as JSON."""

    def start(*arguments):
        outcome = seqforge("compare", *arguments, "--json")
        assert outcome.status == 0, outcome.err
        return json.loads(outcome.out)

    return start


@pytest.fixture
def refused(seqforge):
    """`refused("a", "b")`: the one line that says why not."""

    def start(*arguments, status=2):
        outcome = seqforge("compare", *arguments)
        assert outcome.status == status, outcome.err
        assert outcome.out == ""
        (line,) = outcome.err.splitlines()
        return line

    return start


def worse(by, spread=0.0):
    """The nats of NATS, so much more an event, with a spread that comes to nothing in the sum."""
    turns = itertools.cycle((1, -1))
    return [nats + by * events + next(turns) * spread for nats, events in zip(NATS, EVENTS, strict=True)]


def bootstrap(gain):
    """The limits of summed gain by summed events in many draws, by a generator and a way of its own."""
    generator = np.random.default_rng(12)
    rows = generator.integers(0, len(IDS), size=(40_000, len(IDS)))
    ratios = np.array(gain)[rows].sum(axis=1) / np.array(EVENTS)[rows].sum(axis=1)
    return np.quantile(ratios, [0.025, 0.975])


def test_runs_that_differ_in_the_seed_alone_are_averaged(made, compare):
    made("a", nats=worse(0.0))
    made("b", seed=2, nats=worse(0.2))
    made("c", seed=3, nats=worse(0.7))
    found = compare("a", "b", "c")
    (group,) = found["groups"]
    rate = sum(NATS) / sum(EVENTS)
    assert group["mean"] == pytest.approx(rate + 0.3)
    assert [run["nats"] for run in group["runs"]] == pytest.approx([rate, rate + 0.2, rate + 0.7])
    assert group["deviation"] == pytest.approx(math.sqrt((0.09 + 0.01 + 0.16) / 2))
    assert group["seeds"] == 3
    assert (found["unit"], found["part"], found["keys"]) == ("event", "test", [])
    assert any("nothing but their seeds" in note for note in found["notes"])
    assert sorted(found["pieces"]) == sorted(IDS)


def test_a_difference_is_that_of_the_means_with_the_interval_of_paired_draws(made, compare):
    """Seeds are averaged piece by piece; both sides of a draw have the same pieces, in whatever order they are told."""
    bends = ((0.3, 1.0), (0.5, 3.0))
    made("a", nats=NATS)
    made("b", seed=2, nats=worse(0.1))
    for seed, (by, spread) in enumerate(bends, 1):
        made(f"w{seed}", seed=seed, nats=worse(by, spread), changes={"model.lstm.hidden": 48}, edit=turned)
    found = compare("w1", "w2", "a", "b")
    best, other = found["groups"]
    assert found["keys"] == ["model.lstm.hidden"]
    assert (best["name"], other["name"]) == ("hidden=24", "hidden=48")
    assert (best["settings"], other["settings"]) == ({"model.lstm.hidden": "24"}, {"model.lstm.hidden": "48"})
    assert found["reference"] == "hidden=24"
    assert best["difference"] is None
    gain = np.mean([worse(*bend) for bend in bends], axis=0) - np.mean([NATS, worse(0.1)], axis=0)
    assert other["difference"]["value"] == pytest.approx(gain.sum() / sum(EVENTS))
    assert [other["difference"]["low"], other["difference"]["high"]] == pytest.approx(bootstrap(gain), abs=0.01)
    assert other["verdict"] == "worse"


def turned(values):
    """The scores with the pieces of the test part in the opposite order."""
    part = values["parts"]["test"]
    back = PieceScores(
        ids=part.ids[::-1], groups=part.groups[::-1], nats=part.nats[::-1],
        units={unit: counts[::-1] for unit, counts in part.units.items()},
    )  # fmt: skip
    return {**values, "parts": {**values["parts"], "test": back}}


def test_an_interval_that_includes_0_is_said_to_be_no_difference(made, seqforge, compare):
    made("a")
    made("b", nats=worse(0.01, 5.0), changes={"training.learning_rate": 0.5})
    group = compare("a", "b")["groups"][1]
    assert group["difference"]["low"] < 0 < group["difference"]["high"]
    assert group["verdict"] == "includes 0"
    outcome = seqforge("compare", "a", "b")
    assert "not told apart from 1: 2 (the interval includes 0: it may be chance)" in outcome.out


def test_the_reference_is_the_best_or_the_group_of_a_run_that_is_named(made, compare, refused):
    made("a")
    made("b", nats=worse(0.3), changes={"training.steps": 5})
    made("c", nats=worse(0.5), changes={"training.steps": 6})
    found = compare("a", "b", "c", "--to", "./b")
    assert found["reference"] == "steps=5"
    differences = [group["difference"] and group["difference"]["value"] for group in found["groups"]]
    assert differences == [pytest.approx(-0.3), None, pytest.approx(0.2)]
    assert [group["verdict"] for group in found["groups"]] == ["better", "", "worse"]
    assert "--to nowhere is none of the runs" in refused("a", "b", "--to", "nowhere")


def test_by_groups_by_the_keys_that_are_named_and_averages_over_the_others(made, compare, refused, seqforge, tmp_path):
    for (hidden, steps), seed in itertools.product(((16, 4), (16, 8), (24, 4), (24, 8)), (1, 2)):
        name = f"{hidden}-{steps}-{seed}"
        made(
            name,
            seed=seed,
            nats=worse(hidden / 100 + steps / 10),
            changes={"model.lstm.hidden": hidden, "training.steps": steps},
        )
    everything = [f"{hidden}-{steps}-{seed}" for hidden in (16, 24) for steps in (4, 8) for seed in (1, 2)]
    found = compare(*everything, "--by", "model.lstm.hidden")
    assert [group["name"] for group in found["groups"]] == ["hidden=16", "hidden=24"]
    assert found["averaged"] == ["training.steps"]
    assert any("averaged over training.steps" in note for note in found["notes"])
    assert [len(group["runs"]) for group in found["groups"]] == [4, 4]
    assert found["groups"][1]["difference"]["value"] == pytest.approx(0.08)
    told = seqforge("compare", *everything, "--by", "model.lstm.hidden", "--html", "page.html").out
    assert "sd: over all runs of a group" in told
    assert "which differ in their seeds and training.steps" in (tmp_path / "page.html").read_text()
    assert len(compare(*everything)["groups"]) == 4
    both = compare(*everything, "--by", "training.steps", "--by", "model.lstm.hidden")
    assert both["keys"] == ["training.steps", "model.lstm.hidden"]
    assert both["groups"][0]["name"] == "steps=4 hidden=16"
    line = refused(*everything[:-1], "--by", "model.lstm.hidden")
    assert "with training.steps=8 there are 2 runs in the group of 16-4-1, but 1 in that of 24-4-1" in line
    assert "unknown key 'model.lstm.hiden'; did you mean 'model.lstm.hidden'?" in refused(
        *everything, "--by", "model.lstm.hiden"
    )
    assert "tells no runs apart: it is 8 in all of them" in refused(*everything, "--by", "training.batch_size")


def test_what_changes_no_score_makes_no_group(made, compare):
    made("a")
    made("b", seed=2, changes={"samples.count": 9, "callbacks.use": ["board"], "launcher.workers": 2})
    found = compare("a", "b")
    assert len(found["groups"]) == 1
    (note,) = [note for note in found["notes"] if "change no score" in note]
    assert all(section in note for section in ("samples.*", "callbacks.*", "launcher.*"))
    assert len(compare("a", "b", "--by", "launcher.workers")["groups"]) == 2


def test_curves_and_costs_are_means_over_the_seeds(made, compare):
    made("a", memory=100.0)
    made("b", seed=2, memory=140.0)
    (group,) = compare("a", "b")["groups"]
    assert group["validation"] == [[2, pytest.approx(4.15)], [4, pytest.approx(3.15)]]
    cost = group["cost"]
    assert (cost["seconds"], cost["memory_mib"], cost["steps"]) == (41.5, 120.0, 4)
    weights = read_model_size(made("c", seed=3))
    assert cost["parameters"] == weights
    assert cost["backends"] == ["numpy"]


def read_model_size(folder):
    return sum(weight.size for weight in read_model(folder / "model.safetensors").weights.values())


def test_memory_that_one_run_did_not_tell_is_not_known(made, compare):
    made("a")
    made("b", seed=2, memory=None)
    (group,) = compare("a", "b")["groups"]
    assert group["cost"]["memory_mib"] is None


def test_a_folder_of_runs_stands_for_all_of_them(made, compare):
    for number in range(3):
        made(f"sweep/cell-{number}", nats=worse(number / 10), changes={"training.steps": number + 1})
    found = compare("sweep")
    assert [group["name"] for group in found["groups"]] == ["steps=1", "steps=2", "steps=3"]
    assert [run["run"] for group in found["groups"] for run in group["runs"]] == [f"sweep/cell-{n}" for n in range(3)]


def test_of_a_folder_runs_that_are_not_finished_are_left_out_and_named(made, compare, refused, tmp_path):
    for number in range(4):
        made(f"sweep/cell-{number}", nats=worse(number / 10), changes={"training.steps": number + 1})
    for number in (1, 3):
        (tmp_path / f"sweep/cell-{number}/report.html").unlink()
    found = compare("sweep")
    assert [group["name"] for group in found["groups"]] == ["steps=1", "steps=3"]
    assert "left out, for not finished: sweep/cell-1 and 1 more" in found["notes"][0]
    assert "sweep/cell-1 is not finished" in refused("sweep/cell-0", "sweep/cell-1")
    (tmp_path / "sweep/cell-2/report.html").unlink()
    assert "only sweep/cell-0 is named and finished" in refused("sweep")


def test_numbers_of_many_digits_are_rounded_in_names_unless_they_would_be_alike(made, compare):
    made("a", changes={"training.learning_rate": 0.05068922907637546})
    made("b", nats=worse(0.1), changes={"training.learning_rate": 0.001})
    names = [group["name"] for group in compare("a", "b")["groups"]]
    assert names == ["learning_rate=0.05069", "learning_rate=0.001"]
    made("c", nats=worse(0.2), changes={"training.learning_rate": 0.05068922907637})
    names = [group["name"] for group in compare("a", "b", "c")["groups"]]
    assert names[0] == "learning_rate=0.05068922907637546"


def test_groups_are_called_by_their_recipe_or_their_run_where_much_differs(made, compare):
    changes = {"training.steps": 9, "training.batch_size": 9, "windows.length": 9}
    made("a")
    made("b", nats=worse(1.0), changes=changes)
    assert [group["name"] for group in compare("a", "b")["groups"]] == ["a", "b"]
    made("c", nats=worse(1.0), changes={**changes, "recipe": "other"})
    assert [group["name"] for group in compare("a", "c")["groups"]] == ["toy", "other"]


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


def test_the_table_fits_a_terminal_of_80_columns(made, terminal):
    for name, seed in (("a", 1), ("again", 2)):
        made(name, seed=seed, nats=worse(10.0 + seed))
    made("b", nats=worse(20.3), changes={"training.steps": 5, "model.lstm.hidden": 48})
    made("c", nats=worse(11.5, 25.0), changes={"training.steps": 6, "model.lstm.hidden": 48})
    outcome = terminal("compare", "a", "again", "b", "c")
    assert outcome.status == 0, outcome.err
    lines = outcome.out.splitlines()
    assert max(map(len, lines)) <= 80
    for words in ("training.steps", "nats/event", "includes 0", "worse", "validation by step", "memory MiB", "numpy"):
        assert words in outcome.out


def test_one_piece_gives_a_difference_without_an_interval(made, compare, seqforge):
    def alone(values):
        part = values["parts"]["test"]
        digest = names_digest([(part.ids[0], part.groups[0])])
        pieces = PieceScores(
            ids=part.ids[:1], groups=part.groups[:1], nats=part.nats[:1],
            units={unit: counts[:1] for unit, counts in part.units.items()},
        )  # fmt: skip
        split = {**values["split"], "test": {"pieces": 1, "groups": 1, "digest": digest}}
        return {**values, "split": split, "parts": {**values["parts"], "test": pieces}}

    made("a", edit=alone)
    made("b", nats=worse(0.5), changes={"training.steps": 5}, edit=alone)
    group = compare("a", "b")["groups"][1]
    assert group["difference"] == {"value": pytest.approx(0.5), "low": None, "high": None}
    assert group["verdict"] == "no interval"
    assert seqforge("compare", "a", "b", "--html", "page.html").status == 0


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202e"


def test_the_page_has_everything_and_nothing_of_a_name_is_markup(made, seqforge, tmp_path):
    made("a&<b>")
    made("b", nats=worse(0.3), changes={"recipe": HOSTILE, "data.source": HOSTILE, "training.steps": 7})
    outcome = seqforge("compare", "a&<b>", "b", "--html", "out/page.html")
    assert outcome.status == 0, outcome.err
    text = (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<img" not in text
    assert "<b>" not in text
    assert "\u202e" not in text + outcome.out
    assert "a&amp;&lt;b&gt;" in text
    assert "default-src &#x27;none&#x27;; script-src &#x27;none&#x27;" in text
    assert str(tmp_path) not in text
    for words in ("Which one predicts better", "What differs", "How they learnt", "What a run cost", "training.steps"):
        assert words in text
    assert seqforge("compare", "a&<b>", "b", "--html", "out", "--quiet").out == ""
    assert (tmp_path / "out" / "compare.html").read_text(encoding="utf-8") == text


def test_equal_runs_give_equal_pages_wherever_they_lie(made, seqforge, tmp_path):
    for place in ("here", "there"):
        made(f"{place}/a")
        made(f"{place}/b", nats=worse(0.2), changes={"training.steps": 9})
        assert seqforge("compare", place, "--html", f"{place}.html").status == 0
    assert (tmp_path / "here.html").read_bytes() == (tmp_path / "there.html").read_bytes()


def test_many_groups_stay_below_the_limit(made, seqforge, tmp_path):
    for number in range(12):
        made(f"sweep/{number:02}", nats=worse(number / 50, number / 9), changes={"training.steps": number + 5})
    outcome = seqforge("compare", "sweep", "--html", "page.html")
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "page.html").stat().st_size < 2_000_000
    assert "best 8 groups" in (tmp_path / "page.html").read_text()
