"""Callbacks: what they are told of a run, when, and that a run does not depend on them."""

import json
import shutil
import signal

import pytest
from killing import finish, start

from seqforge.files.model_file import read_model

SHORT = ("--set", "training.steps=4", "--set", "training.evaluate_every=2", "--set", "samples.count=1")
DIARY = ("--callback", "diary")


def diary(run, name="diary"):
    return [json.loads(line) for line in (run / "callbacks" / name / "diary.jsonl").read_text().splitlines()]


def fails_in(method, error="ValueError"):
    return (*DIARY, "--set", f"callbacks.diary.fails_in={method}", "--set", f"callbacks.diary.error={error}")


def metrics(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_a_callback_hears_of_the_run_in_order(seqforge, tmp_path):
    outcome = seqforge("run", "toy", *SHORT, *DIARY, "--out", "mine", "--json")
    assert (outcome.status, outcome.err.count("warning")) == (0, 0), outcome.err
    begin, *evaluations, end = diary(tmp_path / "mine")
    assert [told["method"] for told in (begin, *evaluations, end)] == [
        "on_begin", "on_evaluation", "on_evaluation", "on_end",
    ]  # fmt: skip
    model, result = read_model(tmp_path / "mine" / "model.safetensors"), json.loads(outcome.out)
    assert (begin["folder"], begin["name"]) == (str(tmp_path / "mine"), "mine")
    assert (begin["step"], begin["is_resumed"]) == (0, False)
    assert (begin["data"], begin["parameters"]) == (model.data["digest"], result["parameters"])
    assert begin["engine"].startswith("NumPy ")
    assert begin["configuration"]["training.steps"] == 4
    assert not [key for key in begin["configuration"] if key.startswith(("callbacks.", "launcher."))]
    for line, told in zip(metrics(tmp_path / "mine"), evaluations, strict=True):
        values = told["values"]
        assert told["step"] == line["step"]
        assert values["training.token"] == line["training_nats"]
        assert {name: values[f"validation.{name}"] for name in line["validation"]} == line["validation"]
        assert [values[name] for name in ("epoch", "learning_rate", "seconds")] == [
            line[name] for name in ("epoch", "learning_rate", "seconds")
        ]
    found = json.loads((tmp_path / "mine" / "evaluation.json").read_text())["likelihood"]
    assert end["outcome"] == "complete"
    for part, scores in found.items():
        for unit, interval in scores["nats"].items():
            assert end["values"][f"{part}.{unit}"] == pytest.approx(interval["value"])
        assert end["values"][f"{part}.accuracy.token"] == pytest.approx(scores["accuracy"]["token"])
    assert end["values"]["best_step"] == model.provenance["step"]
    assert end["values"]["steps"] == 4


def test_windows_are_told_of_where_there_is_a_fixed_set(seqforge, tmp_path):
    settings = ("--set", "windows={length=10, starts='random', count=40}")
    assert seqforge("run", "toy", *SHORT, *settings, *DIARY, "--out", "mine").status == 0
    _, *evaluations, _ = diary(tmp_path / "mine")
    for line, told in zip(metrics(tmp_path / "mine"), evaluations, strict=True):
        assert told["values"]["windows.mean"] == line["windows"]["mean_nats"]
        assert told["values"]["windows.summed"] == line["windows"]["summed_nats"]


def test_callbacks_change_nothing_of_what_a_run_leaves(seqforge, tmp_path):
    runs = {
        "none": (),
        "one": DIARY,
        "two": (*DIARY, "--callback", "second-diary"),
        "failing": fails_in("on_evaluation"),
    }
    for name, words in runs.items():
        assert seqforge("run", "toy", *SHORT, *words, "--out", name).status == 0
    differ = {"config.toml", "metrics.jsonl", "resume.safetensors"}

    def contents(run):
        files = (path for path in run.rglob("*") if path.is_file() and path.name not in differ)
        found = {str(path.relative_to(run)): path.read_bytes() for path in files}
        return {name: content for name, content in found.items() if not name.startswith("callbacks")}

    assert "model.safetensors" in contents(tmp_path / "none")
    assert not (tmp_path / "none" / "callbacks").exists()
    for name in runs:
        assert contents(tmp_path / name) == contents(tmp_path / "none"), name
    assert [told["method"] for told in diary(tmp_path / "two", "second-diary")] == [
        told["method"] for told in diary(tmp_path / "two")
    ]


def test_the_configuration_of_a_run_names_its_callbacks_and_repeats_them(seqforge, tmp_path):
    settings = ("--set", "callbacks.use=['diary']", "--set", "callbacks.diary.says=hm")
    assert seqforge("run", "toy", *SHORT, *settings, "--out", "mine").status == 0
    outcome = seqforge("run", tmp_path / "mine" / "config.toml", "--dry-run")
    assert 'use = [\n    "diary",\n]' in outcome.out
    assert "[callbacks.diary]" in outcome.out
    assert 'says = "hm"' in outcome.out
    outcome = seqforge("run", tmp_path / "mine" / "config.toml", "--callback", "none", "--dry-run")
    assert "use = []" in outcome.out
    assert "callbacks.diary" not in outcome.out, "a table of what is not used plays no role"


def test_off_by_default(seqforge):
    assert "use = []" in seqforge("run", "toy", "--dry-run").out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--callback", "dairy"), "unknown callback 'dairy'; did you mean 'diary'?"),
        ((*DIARY, "--set", "callbacks.diary.fils=a"), "'callbacks.diary.fils'; did you mean 'callbacks.diary.file'?"),
        ((*DIARY, "--set", "callbacks.dairy.file=a"), "'callbacks.dairy'; did you mean 'callbacks.diary'?"),
        (("--set", "callbacks.dairy.file=a"), "'callbacks.dairy'; did you mean 'callbacks.diary'?"),
        ((*DIARY, "--set", "callbacks.diary.file=[1]"), "callbacks.diary.file is [1]; allowed: text"),
        ((*DIARY, "--set", "callbacks.diary=1"), "callbacks.diary is 1; allowed: a table of options"),
        (("--set", "callbacks.use=diary"), "callbacks.use is 'diary'; allowed: a valid tuple"),
        (("--callback", "absent-diary"), "type: python -m pip install nonexistent-diary"),
        (("--callback", "none", *DIARY), "--callback got none, diary; allowed: "),
    ],
    ids=" ".join,
)
def test_what_is_wrong_is_said_before_any_work(seqforge, tmp_path, words, expected):
    outcome = seqforge("run", "toy", *words)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert expected in outcome.err
    assert not list(tmp_path.iterdir())


def test_a_callback_that_is_named_twice_is_told_once(seqforge, tmp_path):
    assert seqforge("run", "toy", *SHORT, *DIARY, *DIARY, "--out", "mine").status == 0
    assert len(diary(tmp_path / "mine")) == 4


@pytest.mark.parametrize(
    ("error", "status"), [("ValueError", 3), ("ConnectionError", 3), ("SystemExit", 3), ("RequestError", 2)]
)
def test_one_that_cannot_begin_ends_the_run_before_it_has_begun(seqforge, tmp_path, error, status):
    words = (*fails_in("on_begin", error), "--out", "mine")
    outcome = seqforge("run", "toy", *SHORT, *words)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (status, "", 1)
    assert "callback 'diary' of seqforge-toy" in outcome.err
    assert "the ink is out; to go without, type --callback none" in outcome.err
    assert not [path for path in (tmp_path / "mine").iterdir() if path.name != ".lock"]


def test_a_run_that_would_be_replaced_stays_whole_if_a_callback_cannot_begin(seqforge, tmp_path):
    assert seqforge("run", "toy", *SHORT, *DIARY, "--out", "mine").status == 0
    before = {path: path.read_bytes() for path in (tmp_path / "mine").rglob("*") if path.is_file()}
    words = (*fails_in("on_begin"), "--callback", "second-diary")
    assert seqforge("run", "toy", *SHORT, *words, "--out", "mine", "--force").status == 3
    assert {path: path.read_bytes() for path in (tmp_path / "mine").rglob("*") if path.is_file()} == before


def test_those_that_have_begun_hear_that_the_run_failed(seqforge, tmp_path):
    file = tmp_path / "first.jsonl"
    words = (*DIARY, "--set", f"callbacks.diary.file={str(file)!r}", "--callback", "second-diary")
    outcome = seqforge("run", "toy", *words, "--set", "callbacks.second-diary.fails_in=on_begin")
    assert outcome.status == 3
    told = [json.loads(line) for line in file.read_text().splitlines()]
    assert [each["method"] for each in told] == ["on_begin", "on_end"]
    assert (told[1]["outcome"], told[1]["values"]) == ("failed", {})


@pytest.mark.parametrize("error", ["ValueError", "OSError", "SystemExit", "RequestError"])
@pytest.mark.parametrize("method", ["on_evaluation", "on_end"])
def test_one_that_fails_later_is_named_once_and_the_run_goes_on(seqforge, tmp_path, method, error):
    words = (*fails_in(method, error), "--callback", "second-diary", "--out", "mine")
    outcome = seqforge("run", "toy", *SHORT, *words)
    assert (outcome.status, outcome.err.count("\n")) == (0, 1)
    assert outcome.err.startswith(
        "warning: callback 'diary' of seqforge-toy (entry point toy) no longer follows the run"
    )
    assert outcome.err.endswith(f"{error}: the ink is out\n")
    assert [told["method"] for told in diary(tmp_path / "mine")].count(method) == 1
    assert diary(tmp_path / "mine")[-1]["method"] == method, "it hears no more"
    assert len(diary(tmp_path / "mine", "second-diary")) == 4, "others do"
    assert (tmp_path / "mine" / "report.html").is_file()


def test_what_callbacks_print_does_not_spoil_the_result(process):
    outcome = process("run", "toy", *SHORT, *DIARY, "--set", "callbacks.diary.says=dear-diary", "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out)
    for words in ("dear-diary", "dear-diary aloud"):
        assert outcome.err.splitlines().count(words) == 4


def test_a_run_that_diverges_has_failed(seqforge, tmp_path):
    settings = ("--set", "training.learning_rate=1e38")
    assert seqforge("run", "toy", *SHORT, *settings, *DIARY, "--out", "wild").status == 1
    end = diary(tmp_path / "wild")[-1]
    assert (end["method"], end["outcome"], end["values"]) == ("on_end", "failed", {})


def test_a_replaced_run_leaves_nothing_for_the_next(seqforge, tmp_path):
    for seed in (1, 2):
        words = ("--seed", seed, "--out", "mine", "--force")
        assert seqforge("run", "toy", *SHORT, *DIARY, *words).status == 0
    assert [told["method"] for told in diary(tmp_path / "mine")].count("on_begin") == 1
    assert diary(tmp_path / "mine")[0]["configuration"]["seed"] == 2
    assert seqforge("run", "toy", *SHORT, "--out", "mine", "--force").status == 0
    assert not list((tmp_path / "mine").glob("callbacks*"))


LONG = ("--set", "training.steps=300", "--set", "training.evaluate_every=10", "--set", "samples.count=1")


@pytest.fixture(scope="module")
def broken(tmp_path_factory, toy_path):
    """A run with a diary that a signal has ended after some evaluations: by its name."""
    runs = {}
    for sent in (signal.SIGINT, signal.SIGKILL):
        folder = tmp_path_factory.mktemp("broken")
        process = start(folder, toy_path, "run", "toy", *LONG, *DIARY, "--out", "run")
        for line in process.stdout:
            if line.startswith("step    50"):
                break
        process.send_signal(sent)
        status, out, err = finish(process)
        assert status == (130 if sent == signal.SIGINT else -sent), out + err
        runs[sent] = folder / "run"
    return runs


def test_an_interrupted_run_says_so_and_goes_on(broken, seqforge, tmp_path):
    run = shutil.copytree(broken[signal.SIGINT], tmp_path / "run")
    before = diary(run)
    assert (before[-1]["method"], before[-1]["outcome"]) == ("on_end", "interrupted")
    assert seqforge("resume", run).status == 0
    told = diary(run)[len(before) :]
    assert [each["method"] for each in told] == ["on_begin", *["on_evaluation"] * (len(told) - 2), "on_end"]
    assert told[0]["is_resumed"]
    assert told[0]["step"] >= before[-2]["step"]
    assert {**told[0], **dict.fromkeys(("process", "step", "is_resumed", "own", "folder"))} == {
        **before[0], **dict.fromkeys(("process", "step", "is_resumed", "own", "folder")),
    }  # fmt: skip
    steps = [each["step"] for each in diary(run) if each["method"] == "on_evaluation"]
    assert steps == list(range(10, 301, 10)), "each once"
    assert told[-1]["outcome"] == "complete"


def test_a_killed_run_says_nothing_and_goes_on(broken, seqforge, tmp_path):
    run = shutil.copytree(broken[signal.SIGKILL], tmp_path / "run")
    before = diary(run)
    assert before[-1]["method"] == "on_evaluation"
    assert seqforge("resume", run).status == 0
    begin, *evaluations, end = diary(run)[len(before) :]
    assert begin["is_resumed"]
    assert [each["step"] for each in evaluations] == list(range(begin["step"] + 10, 301, 10))
    assert begin["step"] <= before[-1]["step"]
    assert end["outcome"] == "complete"


def test_who_follows_can_change_when_a_run_is_resumed(broken, seqforge, tmp_path):
    run = shutil.copytree(broken[signal.SIGINT], tmp_path / "run")
    before = diary(run)
    assert seqforge("resume", run, "--callback", "second-diary").status == 0
    assert diary(run) == before
    begin, *_, end = diary(run, "second-diary")
    assert (begin["is_resumed"], end["outcome"]) == (True, "complete")
    run = shutil.copytree(broken[signal.SIGINT], tmp_path / "other")
    assert seqforge("resume", run, "--callback", "none").status == 0
    assert diary(run) == before
    assert (run / "model.safetensors").read_bytes() == (tmp_path / "run" / "model.safetensors").read_bytes()


def test_a_process_that_was_killed_while_it_replaced_a_run_leaves_the_run_as_it_was(broken, seqforge, tmp_path):
    """The folders of callbacks were put aside, and new ones begun; of the run itself nothing was touched."""
    run = shutil.copytree(broken[signal.SIGINT], tmp_path / "run")
    before = diary(run)
    (run / "callbacks").rename(run / "callbacks-replaced")
    (run / "callbacks" / "diary").mkdir(parents=True)
    (run / "callbacks" / "diary" / "diary.jsonl").write_text('{"method": "of the run that never began"}\n')
    assert seqforge("resume", run).status == 0
    assert diary(run)[: len(before)] == before
    assert not (run / "callbacks-replaced").exists()


def test_a_list_says_what_is_missing(seqforge):
    outcome = seqforge("list", "callbacks", "--json")
    rows = {row["name"]: row for row in json.loads(outcome.out)}
    assert rows["diary"]["state"] == "installed"
    assert rows["absent-diary"]["state"] == "not installed: nonexistent_diary"


def test_a_known_package_that_is_missing_is_named(process):
    outcome = process("run", "toy", "--callback", "tensorboard", SEQFORGE_PLUGINS="toy")
    assert outcome.status == 2
    assert "seqforge-tensorboard" in outcome.err, "to install it, or to allow it"
