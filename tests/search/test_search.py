"""`seqforge sweep --search`: trials that depend on nothing but the request, however often the search was broken."""

import csv
import json
import shutil

import optuna
import pytest
from killing import finish, seeded, start
from sweeping import cells, contents, kill_often, stamps

SHORT = ("--set", "training.steps=6", "--set", "training.evaluate_every=3", "--set", "samples.count=0")
SEARCH = (
    "sweep", "toy", *SHORT, "--search", "training.learning_rate=1e-3:1e-1:log", "--search", "model.lstm.hidden=4:16",
    "--search", "training.schedule=constant,cosine", "--trials", "14", "-j", "1", "--out", "sweep",
)  # fmt: skip


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, toy_path):
    """A finished search; read only."""
    folder = tmp_path_factory.mktemp("unbroken")
    status, _, err = finish(start(folder, toy_path, *SEARCH))
    assert status == 0, err
    return folder / "sweep"


def table(sweep):
    return list(csv.DictReader((sweep / "table.csv").read_text().splitlines()))


def trials(sweep):
    """What the study holds, as anybody reads it who has Optuna."""
    storage = f"sqlite:///{sweep / 'study.db'}"
    found = optuna.load_study(storage=storage, study_name="sweep").get_trials()
    return [(trial.number, trial.state.name, trial.params, trial.value) for trial in found]


def test_every_trial_lies_where_it_is_looked_for_and_is_in_the_study(unbroken):
    rows = table(unbroken)
    assert len(rows) == len(cells(unbroken)) == 14
    for row, (_, state, parameters, value) in zip(rows, trials(unbroken), strict=True):
        assert 1e-3 <= float(row["training.learning_rate"]) <= 1e-1
        assert 4 <= int(row["model.lstm.hidden"]) <= 16
        assert row["training.schedule"] in ("constant", "cosine")
        assert (state, value) == ("COMPLETE", float(row["validation"]))
        assert {key: str(found) for key, found in parameters.items()} == {key: row[key] for key in parameters}
    assert len({row["training.learning_rate"] for row in rows}) == 14


def test_the_best_is_what_predicts_the_validation_part_best(unbroken, seqforge):
    found = json.loads(seqforge("sweep", unbroken, "--json").out)
    rows = table(unbroken)
    assert found["best"]["validation"] == min(float(row["validation"]) for row in rows)
    assert found["best"]["point"] in [cell["values"] for cell in found["cells"]]


def test_later_trials_learn_from_earlier_ones(unbroken):
    """The first ten are drawn blindly: of the others most are better than their median."""
    figures = [float(row["validation"]) for row in table(unbroken)]
    blind, informed = sorted(figures[:10]), figures[10:]
    assert sum(figure < blind[5] for figure in informed) >= 3


def test_a_search_that_is_killed_goes_on_as_an_unbroken_one(unbroken, tmp_path, toy_path):
    kills, chance, sweep = 0, seeded(5), tmp_path / "sweep"
    while kills < 10:
        shutil.rmtree(sweep, ignore_errors=True)
        kills += kill_often(tmp_path, toy_path, sweep, SEARCH, chance, 10)[0]
        assert contents(sweep) == contents(unbroken)
        assert trials(sweep) == trials(unbroken)


def test_a_search_can_be_made_longer(seqforge, tmp_path, unbroken):
    sweep = shutil.copytree(unbroken, tmp_path / "sweep")
    before = stamps(sweep)
    outcome = seqforge("sweep", sweep, "--trials", "16", "--json")
    assert outcome.status == 0, outcome.err
    assert "14 cells of 16 finished before" in outcome.err
    assert len(json.loads(outcome.out)["cells"]) == len(cells(sweep)) == 16
    assert {path: stamps(sweep)[path] for path in before} == before
    assert [row["run"] for row in table(sweep)][:14] == [row["run"] for row in table(unbroken)]
    outcome = seqforge("sweep", sweep, "--trials", "3")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "--trials is 3, and this search has 16 already; it can only be made longer" in outcome.err


def test_the_rounds_of_several_at_once_are_the_same_again(seqforge, tmp_path):
    command = (
        "sweep",
        "toy",
        *SHORT,
        "--search",
        "model.lstm.hidden=4:64",
        "--seeds",
        "1,2",
        "--trials",
        "3",
        "-j",
        "4",
    )
    found = [json.loads(seqforge(*command, "--out", name, "--json").out) for name in ("first", "second")]
    assert {**found[0], "sweep": "second"} == found[1]
    for mean, (_, _, _, value) in zip(found[0]["points"], trials(tmp_path / "first"), strict=True):
        assert mean["seeds"] == [1, 2]
        assert mean["validation"] == value


def test_equal_trials_are_run_once(seqforge, tmp_path):
    command = (
        "sweep",
        "toy",
        *SHORT,
        "--search",
        "training.schedule=constant,cosine",
        "--trials",
        "5",
        "--out",
        "sweep",
    )
    assert seqforge(*command).status == 0
    assert len(trials(tmp_path / "sweep")) == 5
    assert len(cells(tmp_path / "sweep")) == 2


def test_a_trial_that_fails_stays_open_and_is_tried_again(seqforge, tmp_path):
    command = (
        "sweep", "toy", *SHORT, "--set", "training.clip_norm=0", "--search", "training.learning_rate=0.01,1e8",
        "--trials", "4", "-j", "1", "--out", "sweep",
    )  # fmt: skip
    for _ in range(2):
        outcome = seqforge(*command)
        assert (outcome.status, "1 of 2 cells failed" in outcome.err) == (1, True)
        states = {
            (state, parameters["training.learning_rate"]) for _, state, parameters, _ in trials(tmp_path / "sweep")
        }
        assert states == {("COMPLETE", 0.01), ("RUNNING", 1e8)}


def test_without_a_validation_part_there_is_nothing_to_search_by(seqforge, tmp_path):
    outcome = seqforge("sweep", "toy", "--search", "model.lstm.hidden=4:8", "--set", "data.validation=0")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "type --set data.validation=0.1" in outcome.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("key", ["data.split_seed=1:9", "data.validation=0.1:0.5", "data.source=cycles,mine"])
def test_what_is_predicted_is_not_searched(seqforge, tmp_path, key):
    outcome = seqforge("sweep", "toy", "--search", "model.lstm.hidden=4:8", "--search", key)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert f"--search got {key.partition('=')[0]}, and would find the pieces that are easiest" in outcome.err
    assert not list(tmp_path.iterdir())


def test_augmentation_is_searched(seqforge):
    outcome = seqforge("sweep", "toy", "--search", "data.augment=true,false", "--dry-run")
    assert outcome.status == 0, outcome.err


@pytest.mark.parametrize("key", ["model.lstm.hidden=8.0:9.0", "model.lstm.hidden=0:9", "model.lstm.hiden=1:9"])
def test_a_range_that_does_not_fit_the_key_ends_it_before_any_work(seqforge, tmp_path, key):
    outcome = seqforge("sweep", "toy", "--search", key)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert not list(tmp_path.iterdir())


def test_a_study_that_is_damaged_can_be_removed(seqforge, tmp_path, unbroken):
    sweep = shutil.copytree(unbroken, tmp_path / "sweep")
    before = stamps(sweep)
    (sweep / "study.db").write_bytes(b"no data base")
    outcome = seqforge("sweep", sweep)
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "else remove it: the search begins again, and finds the cells that are finished" in outcome.err
    (sweep / "study.db").unlink()
    outcome = seqforge("sweep", sweep)
    assert outcome.status == 0, outcome.err
    assert trials(sweep) == trials(unbroken)
    assert stamps(sweep) == before
