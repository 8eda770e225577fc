"""`seqforge compare`: what it says of finished runs."""

import itertools
import math

import numpy as np
import pytest
from comparing import EVENTS, IDS, NATS, bootstrap, worse

from seqforge.files.model_file import read_model
from seqforge.files.scores_file import PieceScores, names_digest


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
