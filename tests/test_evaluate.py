"""`seqforge evaluate`: runs, models and files, what it says, and what it refuses."""

import contextlib
import json
import math
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml

from seqforge.evaluation.distributions import density, likeness
from seqforge.evaluation.intervals import difference_interval, rate_interval
from seqforge.evaluation.ranges import reference_range
from seqforge.evaluation.scoring import Score

LINES = [
    "bach a.b-c=d.e-",
    "bach b.c-d=e.a-",
    "bach c.d-e=a.b-",
    "haydn d.e-a=b.c-",
    "haydn e.a-b=c.d-",
    "mozart a.c-e=b.d-",
    "mozart b.d-a=c.e-",
]


def values(outcome):
    assert outcome.status == 0, outcome.err
    return json.loads(outcome.out)


def by_name(result):
    return {measure["name"]: measure for measure in result["measures"]}


@pytest.fixture
def run(toy_run, tmp_path):
    """A copy of the finished run, to be written to."""
    shutil.copytree(toy_run, tmp_path / "toy")
    return tmp_path / "toy"


@pytest.fixture
def letters(tmp_path):
    path = tmp_path / "some.letters"
    path.write_text("\n".join(LINES) + "\n")
    return path


def test_a_run_is_judged_against_its_own_data(seqforge, run):
    result = values(seqforge("evaluate", run, "-n", 6, "--json"))
    assert result["subject"]["kind"] == "run"
    assert result["reference"]["is_training_corpus"]
    assert result["reference"]["held_out"]["part"] == "test"
    assert result["takes"]["count"] == result["subject"]["pieces"] == 6
    test = result["likelihood"]["test"]
    assert test["nats"]["event"]["low"] < test["nats"]["event"]["value"] < test["nats"]["event"]["high"]
    assert test["perplexity"]["token"] == pytest.approx(math.exp(test["nats"]["token"]["value"]))
    best = test["below_best_baseline"]
    rates = {name: rate["event"] for name, rate in test["baselines"].items()}
    assert best["name"] == min(rates, key=rates.get)
    assert best["nats"]["event"]["value"] == pytest.approx(rates[best["name"]] - test["nats"]["event"]["value"])
    assert set(test["accuracy"]) == {"token", "letter", "mark"}
    dots = by_name(result)["dots"]
    assert len(dots["values"]) == 6
    assert dots["reference"]["low"] <= dots["reference"]["median"] <= dots["reference"]["high"]
    assert dots["median"] == pytest.approx(np.median(dots["values"]))


def test_the_scores_are_those_of_the_run_itself(seqforge, run, tmp_path):
    own = json.loads((run / "evaluation.json").read_text())
    assert set(own["likelihood"]) == {"validation", "test"}
    assert values(seqforge("evaluate", run, "-n", 1, "--json"))["likelihood"]["test"] == own["likelihood"]["test"]
    other = values(seqforge("evaluate", run, "-n", 1, "--split", "validation", "--json"))
    assert other["likelihood"] == {"validation": own["likelihood"]["validation"]}
    kept = json.loads((run / "evaluation.json").read_text())
    assert kept["likelihood"] == own["likelihood"]
    assert kept["parts"] == own["parts"]


def test_equal_requests_find_the_same_and_another_seed_other_takes(seqforge, run):
    first, again = (values(seqforge("evaluate", run, "-n", 3, "--json")) for _ in range(2))
    assert first == again
    other = values(seqforge("evaluate", run, "-n", 3, "--seed", 9, "--json"))
    assert [m["values"] for m in other["measures"]] != [m["values"] for m in first["measures"]]


def test_the_table_and_the_card_say_what_was_found(seqforge, run):
    outcome = seqforge("evaluate", run, "-n", 6)
    assert outcome.status == 0, outcome.err
    for words in (
        "judged",
        "reference",
        "held out",
        "this model",
        "below the best n-gram",
        "overlap",
        "surprise of letters",
    ):
        assert words in outcome.out
    card = (run / "README.md").read_text()
    assert card.startswith("---\nlicense: ")
    assert "library_name: seqforge" in card
    assert "model-index:" in card
    assert "seqforge run config.toml" in card
    assert "| surprise of letters | nats a letter |" in card
    assert str(run.parent) not in card + (run / "evaluation.json").read_text()


def test_the_metadata_of_the_card_is_what_hubs_ask_for(toy_run):
    _, block, body = (toy_run / "README.md").read_text().split("---\n", 2)
    metadata = yaml.safe_load(block)
    assert metadata["license"] == "cc0-1.0"
    assert metadata["library_name"] == "seqforge"
    (entry,) = metadata["model-index"]
    for result in entry["results"]:
        assert result["task"]["type"]
        assert result["dataset"]["type"] == result["dataset"]["name"] == "cycles"
        assert {"nats", "perplexity", "accuracy"} == {metric["type"] for metric in result["metrics"]}
        assert all(isinstance(metric["value"], float) for metric in result["metrics"])
    assert body.lstrip().startswith("# seqforge-toy-seed-1")


def test_a_model_knows_its_own_corpus_by_the_digest(seqforge, run, pretrained):
    of_run = values(seqforge("evaluate", run, "-n", 2, "--json"))
    for model in (run / "model.safetensors", "toy-model"):
        of_model = values(seqforge("evaluate", model, "--reference", "cycles", "-n", 2, "--json"))
        assert of_model["reference"] == of_run["reference"]
        assert of_model["likelihood"] == of_run["likelihood"]
        assert of_model["measures"] == of_run["measures"]


def test_a_foreign_reference_is_scored_as_a_whole_and_said_to_be_so(seqforge, run, letters):
    result = values(seqforge("evaluate", run / "model.safetensors", "--reference", letters, "-n", 2, "--json"))
    assert not result["reference"]["is_training_corpus"]
    assert result["likelihood"]["reference"]["pieces"] == len(LINES)
    assert result["likelihood"]["reference"]["baselines"] == {}
    assert any("may have been seen" in note for note in result["notes"])


def test_a_foreign_reference_says_nothing_of_the_training_and_leaves_the_card_alone(seqforge, run, letters):
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    outcome = seqforge("evaluate", run, "--reference", letters, "-n", 2)
    assert outcome.status == 0, outcome.err
    assert "the training data" not in outcome.out
    assert "occur in the reference, and beside them those of other places of the reference" in outcome.out
    assert "not written to" in outcome.out
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_a_result_that_cannot_be_kept_is_shown_all_the_same(seqforge, run):
    (run / "evaluation.json").write_text("mine")
    outcome = seqforge("evaluate", run, "-n", 2)
    assert outcome.status == 1
    assert "evaluation.json is not JSON" in outcome.err
    assert "different letters" in outcome.out
    assert "written to" not in outcome.out


def test_files_are_judged_against_a_reference(seqforge, tmp_path, letters):
    (tmp_path / "judged.letters").write_text("x a.a.a.a.a.\nx a.b-c=d.e-\n")
    result = values(seqforge("evaluate", "judged.letters", "--reference", letters, "--codec", "letters", "--json"))
    assert result["subject"] == {"kind": "data", "name": "judged.letters", "model": None, "pieces": 2}
    assert (result["takes"], result["likelihood"]) == (None, {})
    measures = by_name(result)
    assert measures["letters"]["values"] == [1.0, 5.0]
    assert measures["dots"]["values"] == [1.0, pytest.approx(2 / 5)]
    # all pieces of the reference have two dots of five marks and five letters
    assert measures["dots"]["reference"] == {name: pytest.approx(0.4) for name in ("median", "low", "high")}
    assert (measures["dots"]["verdict"], measures["dots"]["inside"]) == ("above", 0.5)
    assert measures["letters"]["verdict"] == "below"
    assert measures["dots"]["distances"]["overlap"] is None  # the reference has no spread


def test_a_piece_of_the_reference_is_measured_without_its_group_and_a_copy_is_not(seqforge, tmp_path):
    lines = [f"{name} {letter}.{letter}.{letter}." for name, letter in zip("stuvwxyz", "aaaaaaab", strict=True)]
    (tmp_path / "all.letters").write_text("\n".join(lines) + "\n")
    (tmp_path / "copy.letters").write_text("z b.b.b.\n")
    arguments = ("evaluate", "copy.letters", "--reference", "all.letters", "--codec", "letters", "--json")
    nats = by_name(values(seqforge(*arguments)))["nats"]
    assert nats["values"] == [pytest.approx(math.log((24 + 9) / (3 + 1)))]
    # the others: seven groups of three a's, each without its own; the b's without any b
    assert nats["reference"]["median"] == pytest.approx(math.log((21 + 9) / (18 + 1)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing-of-the-kind",), "unknown model or data 'nothing-of-the-kind'"),
        (("cycles",), "--reference"),
        (("cycles", "--reference", "cycles", "-n", "3"), "-n is for runs and models"),
        (("cycles", "--reference", "cycles", "--split", "test"), "--split is for runs and models"),
        (("cycles", "--reference", "nowhere/at-all"), "there is no data 'nowhere/at-all'"),
        (("toy", "-n", "0"), "'-n': Input should be greater than or equal to 1"),
        (("toy", "--seed", "-1"), "'--seed': Input should be greater than or equal to 0"),
        (("toy", "--split", "training"), "--split is 'training'; allowed: test or validation, what the run held out"),
        (("toy", "--reference", "toy"), "--reference toy is a run; allowed: data"),
        (("cycles", "--reference", "toy/model.safetensors"), "model.safetensors is a model; allowed: data"),
        (("nowhere.letters",), "there is no run, model or data 'nowhere.letters'"),
        (("",), "there is no run, model or data ''"),
        (("some.letters", "--reference", "cycles", "--set", "training.steps=1"), "allowed: data.KEY=VALUE"),
        (("toy", "--codec", "letters"), "--codec is for files"),
        (("toy", "--set", "data.first_line=2"), "--set is for files"),
        (("toy/missing.safetensors",), "missing.safetensors"),
        (("toy", "--reference", "some.letters", "--split", "test"), "the model was not trained on 'some.letters'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_bad_request_is_one_clear_line(seqforge, run, letters, arguments, words):
    outcome = seqforge("evaluate", *arguments)
    assert outcome.status == 2, outcome.err
    lines = [line for line in outcome.err.splitlines() if not line.endswith(" ...")]
    assert len(lines) == 1
    assert words in lines[0]


def test_a_run_whose_data_has_changed_says_so(seqforge, run):
    config = run / "config.toml"
    config.write_text(config.read_text().replace("groups = 10", "groups = 12"))
    outcome = seqforge("evaluate", run)
    assert outcome.status == 0, "the model file tells the options, so they can't be changed by hand"
    config.write_text(config.read_text().replace('source = "cycles"', 'source = "other.letters"'))
    (run.parent / "other.letters").write_text("\n".join(LINES) + "\n")
    outcome = seqforge("evaluate", run)
    assert outcome.status == 2
    assert "does not give the pieces that the run" in outcome.err


def test_metrics_are_listed(seqforge):
    rows = {row["name"]: row for row in values(seqforge("list", "metrics", "--json"))}
    assert rows["marks"]["measures"] == "dots, letters, nats"
    assert rows["marks"]["from"] == "seqforge-toy"


BROKEN_METRICS = {
    "every work gives every measure": "return {'one': 1.0}",
    "a group is left out as if it were not there": "return {'one': float(len(self.works)), 'two': 0.0}",
    "the last reference counts": "return {'one': float(len(self.all)), 'two': 0.0}",
    "equal works give equal values in any order": "return {'one': float(next(self.numbers)), 'two': 0.0}",
    "short and random works can be measured": "return {'one': 1.0, 'two': 1.0 / (len(work.text) // 4)}",
}


@pytest.mark.parametrize("broken", BROKEN_METRICS)
def test_a_wrong_metric_is_blamed_for_what_is_wrong(check, broken):
    hooks = (
        "from seqforge import Measure, MetricSpec, hookimpl\n@hookimpl\ndef seqforge_register_metrics():\n"
        "    return [MetricSpec(name='tested', target='tested:Metric', summary='x', codecs=('letters',),\n"
        "        measures=(Measure(name='one', title='One'), Measure(name='two', title='Two')))]\n"
    )
    module = (
        "import itertools\nclass Metric:\n    works, all, numbers = (), [], itertools.count()\n"
        "    def __init__(self):\n        self.all = []\n"
        "    def fit(self, works, groups):\n        self.works = works\n        self.all.extend(works)\n"
        f"    def measure(self, work, group=None):\n        {BROKEN_METRICS[broken]}\n"
    )
    outcome, checks = check(hooks, module)
    failed = [name for (_, name), found in checks.items() if found["outcome"] == "failed"]
    assert broken in failed
    assert outcome.status == 3


def test_the_kernel_density_of_two_values_is_the_mean_of_two_normal_densities():
    grid = np.linspace(-4, 6, 9)
    width = np.sqrt(2) * 2**-0.2  # the standard deviation of 0 and 2, by Scott's factor
    expected = sum(np.exp(-0.5 * ((grid - place) / width) ** 2) for place in (0, 2)) / (2 * width * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(density(np.array([0.0, 2.0]), grid), expected, rtol=1e-12)


def test_many_values_are_smoothed_as_few_are():
    spread = np.random.default_rng(3).normal(size=5000)
    grid = np.linspace(-3, 3, 50)
    width = spread.std(ddof=1) * 5000**-0.2
    exact = np.exp(-0.5 * ((grid[:, None] - spread) / width) ** 2).mean(axis=1) / (width * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(density(spread, grid), exact, rtol=2e-3, atol=1e-6)


def test_sets_of_one_kind_overlap_and_others_do_not():
    generator = np.random.default_rng(4)
    reference, same, far = generator.normal(0, 1, 200), generator.normal(0, 1, 200), generator.normal(9, 1, 200)
    alike, unlike = likeness(same, reference), likeness(far, reference)
    assert alike.overlap > 0.95
    assert alike.divergence < 0.02
    assert unlike.overlap < 0.05
    assert unlike.divergence > 10
    assert alike.intra_reference == pytest.approx(2 / np.sqrt(np.pi), abs=0.1)  # of the standard normal distribution
    assert unlike.inter == pytest.approx(9, abs=0.3)


def test_sets_without_spread_have_no_distance_to_speak_of():
    nothing = likeness(np.array([1.0, 2.0]), np.full(9, 3.0))
    assert math.isnan(nothing.overlap)
    assert nothing.inter == 1.5
    assert math.isnan(likeness(np.array([np.nan]), np.arange(9.0)).inter)


def test_a_range_is_the_middle_of_what_is_a_number():
    range_ = reference_range(np.array([*range(101), np.nan]))
    assert (range_.low, range_.median, range_.high) == (5, 50, 95)
    assert [range_.verdict(value) for value in (4.9, 5, 95, 95.1, np.nan)] == ["below", "inside", "inside", "above", ""]
    assert range_.share_inside(np.array([4, 5, 6, np.nan])) == pytest.approx(2 / 3)
    few = reference_range(np.arange(4.0))
    assert few.median == 1.5
    assert few.verdict(1.5) == ""
    assert math.isnan(few.share_inside(np.array([1.0])))


def test_the_interval_of_a_mean_is_that_of_its_standard_error():
    generator = np.random.default_rng(5)
    nats = generator.normal(100, 10, 400)
    score = Score(tuple(nats), {"event": (10.0,) * 400})
    found, error = rate_interval(score, "event"), nats.std() / 20 / 10
    assert found.value == pytest.approx(nats.mean() / 10)
    assert found.low == pytest.approx(found.value - 1.96 * error, abs=0.1 * error)
    assert found.high == pytest.approx(found.value + 1.96 * error, abs=0.1 * error)
    assert rate_interval(score, "event") == found


def test_a_difference_is_drawn_together():
    nats = np.random.default_rng(6).normal(100, 10, 50)
    score, worse = (Score(tuple(values), {"event": (10.0,) * 50}) for values in (nats, nats + 3))
    found = difference_interval(score, worse, "event")
    assert (found.value, found.low, found.high) == (pytest.approx(0.3), pytest.approx(0.3), pytest.approx(0.3))


def test_a_single_piece_has_no_interval():
    found = rate_interval(Score((6.0,), {"event": (3.0,)}), "event")
    assert found.value == 2
    assert found.to_json() == {"value": 2.0, "low": None, "high": None}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("columns", "is_whole"), [(70, False), (200, True)])
def test_the_measures_fit_the_terminal(toy_run, toy_path, tmp_path, columns, is_whole):
    import pty

    main, other = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(toy_path), "COLUMNS": str(columns)}
    command = [sys.executable, "-m", "seqforge", "evaluate", str(toy_run / "model.safetensors"), "-n", "8"]
    with subprocess.Popen(command, stdout=other, stderr=subprocess.DEVNULL, cwd=tmp_path, env=environment) as process:
        os.close(other)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal ends that nobody writes to any more
            while part := os.read(main, 4096):
                shown += part
    os.close(main)
    assert process.returncode == 0
    lines = shown.decode().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("measure"))
    rows = lines[start : start + 4]
    names = ["dots", "different letters", "surprise of letters"] if is_whole else ["dots", "letters", "nats"]
    assert [row.split("  ")[0] for row in rows] == ["measure", *names]
    assert ("unit" in rows[0], "KL" in rows[0], "held out" in rows[0]) == (is_whole, is_whole, True)
    assert max(map(len, rows)) <= columns
