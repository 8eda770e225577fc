"""`seqforge plugins new`: packages of every kind that work as they are, and requests that are refused."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from seqforge import __version__
from seqforge.scaffold.kinds import KINDS
from seqforge.scaffold.package import core_requirement

ROOT = Path(__file__).parents[1]


@pytest.fixture
def new(seqforge, plant, tmp_path):
    """`new("gauge", "metric")`: write the package, as if pip had installed it; its folder, and those on the path."""

    def start(name, kind):
        outcome = seqforge("plugins", "new", name, "--kind", kind)
        assert (outcome.status, outcome.err) == (0, "")
        site = plant(tmp_path / f"site of {name}", name, _entry_points(tmp_path / name))
        return tmp_path / name, [tmp_path / name / "src", site]

    return start


def _entry_points(folder):
    return tomllib.loads((folder / "pyproject.toml").read_text())["project"]["entry-points"]["seqforge"]


def refused(seqforge, *arguments):
    outcome = seqforge("plugins", "new", *arguments)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    return outcome.err


@pytest.mark.parametrize("kind", KINDS)
def test_the_tests_of_a_new_package_pass(new, python, kind):
    folder, path = new(f"my-{kind}", kind)
    outcome = python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder, path=path)
    assert outcome.status == 0, outcome.out
    assert re.search(r"\d+ passed", outcome.out)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_package_keeps_the_promises_of_its_kind(new, process, kind):
    folder, path = new(f"my-{kind}", kind)
    data = ["--data", folder / "examples"] if kind == "reader" else []
    outcome = process("plugins", "check", f"my-{kind}", "--json", *data, path=path)
    assert outcome.status == 0, outcome.err
    checks = json.loads(outcome.out)["checks"]
    part = {"architecture": "backend", "dataset": "data set"}.get(kind, kind)
    own = [check["outcome"] for check in checks if check["part"] == f"{part} my-{kind}"]
    assert own.count("passed") >= 7
    assert not {"failed", "not judged", "not checked"}.intersection(own)


@pytest.mark.parametrize("kind", ["dataset", "codec"])
def test_a_new_package_has_a_recipe_from_which_a_model_learns(new, process, kind):
    _, path = new("my-plugin", kind)
    outcome = process("run", "my-plugin", "--backend", "numpy", "--json", path=path)
    assert outcome.status == 0, outcome.err
    _assert_learnt(json.loads(outcome.out))


@pytest.mark.parametrize(
    ("kind", "command", "words"),
    [
        ("format", ("generate", "runs/my-plugin-001", "--format", "my-plugin", "--tempo-bpm", "120"), "take-01.wav"),
        ("metric", ("evaluate", "runs/my-plugin-001"), '"density"'),
    ],
)
def test_a_new_part_is_used_by_its_command(new, process, kind, command, words):
    _, path = new("my-plugin", kind)
    outcome = process("run", "my-plugin", "--backend", "numpy", "--set", "training.steps=10", path=path)
    assert outcome.status == 0, outcome.err
    outcome = process(*command, "--json", path=path)
    assert outcome.status == 0, outcome.err
    assert words in outcome.out


def test_a_new_reader_reads_the_files_that_come_along(new, process):
    folder, path = new("my-reader", "reader")
    outcome = process("run", "my-reader", "--data", folder / "examples", "--backend", "numpy", "--json", path=path)
    assert outcome.status == 0, outcome.err
    _assert_learnt(json.loads(outcome.out))


def test_a_new_processor_changes_what_is_generated(new, process, toy_run, tmp_path):
    _, path = new("my-sampler", "sampler")
    for out, epsilon in (("without", 0), ("with", 0.6)):
        options = ("--set", f"epsilon={epsilon}", "--seed", 1, "--length", 60, "--out", out)
        assert process("generate", toy_run, *options, path=path).status == 0
    without, with_ = ((tmp_path / out / "take-01.txt").read_text() for out in ("without", "with"))
    assert without != with_


@pytest.mark.parametrize("kind", ["backend", "architecture"])
def test_a_new_engine_trains_and_generates(new, process, kind):
    _, path = new("my-engine", kind)
    outcome = process("run", "toy", "--backend", "my-engine", "--json", path=path)
    assert outcome.status == 0, outcome.err
    result = json.loads(outcome.out)
    assert (result["backend"]["name"], result["architecture"]) == (
        "my-engine",
        "lstm" if kind == "backend" else "my-engine",
    )
    _assert_learnt(result)
    assert process("generate", result["run"], "--seed", 1, path=path).status == 0


def _assert_learnt(result):
    assert sum(result["losses"][-5:]) / 5 < 0.8 * result["losses"][0]
    for split, scores in result["scores"].items():
        assert scores["event"] < result["baselines"][split]["unigram"]["event"]


def test_a_model_without_its_engine_says_which_one_is_missing(new, process):
    _, path = new("my-engine", "architecture")
    assert process("run", "toy", "--backend", "my-engine", "--set", "training.steps=2", path=path).status == 0
    outcome = process("generate", "runs/toy-001")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "is built by backend 'my-engine', which is not installed" in outcome.err
    assert "(the model names my-engine 0.1.0)" in outcome.err


def test_a_model_of_a_new_engine_for_the_lstm_needs_it_no_more(new, process):
    _, path = new("my-engine", "backend")
    assert process("run", "toy", "--backend", "my-engine", "--set", "training.steps=2", path=path).status == 0
    assert process("generate", "runs/toy-001", "--seed", 1).status == 0


def test_dropout_that_a_new_backend_lacks_is_refused(new, process):
    _, path = new("my-engine", "backend")
    outcome = process("run", "toy", "--backend", "my-engine", "--set", "model.lstm.dropout=0.1", path=path)
    assert outcome.status == 2
    assert "give model.lstm.dropout=0" in outcome.err


def test_the_command_says_what_it_wrote_and_what_to_type(seqforge, tmp_path):
    outcome = seqforge("plugins", "new", "swing-reader", "--kind", "reader")
    files = [path.relative_to(tmp_path / "swing-reader") for path in (tmp_path / "swing-reader").rglob("*")]
    written = sorted(path.as_posix() for path in files if (tmp_path / "swing-reader" / path).is_file())
    listed = re.findall(r"^  (\S+)$", outcome.out, re.MULTILINE)
    assert sorted(listed) == written
    assert {"pyproject.toml", "README.md", "tox.ini", ".gitignore", "src/swing_reader/py.typed"} <= set(written)
    assert '  python -m pip install -e "./swing-reader[test]"\n' in outcome.out
    assert "  seqforge plugins check swing-reader --data swing-reader/examples\n" in outcome.out


@pytest.mark.parametrize("kind", KINDS)
def test_every_command_of_the_list_stands_in_the_readme(seqforge, tmp_path, kind):
    outcome = seqforge("plugins", "new", "mine", "--kind", kind, "--json")
    result = json.loads(outcome.out)
    assert {name: result[name] for name in ("name", "kind", "folder")} == {
        "name": "mine",
        "kind": kind,
        "folder": "mine",
    }
    readme = (tmp_path / "mine" / "README.md").read_text()
    for command in result["next"][1:]:
        assert command.replace("mine/examples", "examples") in readme


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_the_template_is_left(seqforge, tmp_path, kind):
    assert seqforge("plugins", "new", "zebra-7", "--kind", kind, "--out", "deep/folder").status == 0
    for path in (tmp_path / "deep" / "folder").rglob("*"):
        assert not re.search("my.plugin", path.name)
        if path.is_file():
            assert not re.search("[Mm]y.?[Pp]lugin|SUMMARY", path.read_text()), path


def test_the_package_keeps_to_the_series_of_the_core(seqforge, tmp_path):
    assert seqforge("plugins", "new", "mine", "--kind", "codec").status == 0
    project = tomllib.loads((tmp_path / "mine" / "pyproject.toml").read_text())["project"]
    assert core_requirement(__version__) in project["dependencies"]
    assert core_requirement("0.1.0") == "seqforge-core>=0.1,<0.2"
    assert core_requirement("1.4.2.dev1") == "seqforge-core>=1.4,<2"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("My_Backend2", "such as my-backend2"),
        ("2fast", "a letter first"),
        ("-", "a letter first"),
        ("../elsewhere", "such as elsewhere"),
        ("a--b", "single hyphens"),
        ("x" * 61, "up to 60"),
        ("lambda", "a word of Python itself"),
        ("string", "a word of Python itself"),
        ("lstm", "an architecture of seqforge-core already"),
        ("top-k", "a sampler of seqforge-core already"),
        ("toy", "a recipe of seqforge-toy already"),
        ("core", "a plugin of seqforge-core already"),
        ("pydantic", "installed already"),
        ("seqforge-toy", "installed already"),
        ("seqforge", "imported as seqforge, which there is already"),
    ],
)
def test_a_name_that_can_not_be_one_is_refused_with_the_reason(seqforge, tmp_path, name, words):
    assert words in refused(seqforge, "--kind", "codec", "--", name)
    assert not list(tmp_path.iterdir())


def test_a_kind_that_is_missing_or_unknown_is_named(seqforge):
    assert "--kind is missing; allowed: backend, architecture" in refused(seqforge, "mine")
    line = refused(seqforge, "mine", "--kind", "bakcend")
    assert "did you mean 'backend'?" in line
    assert all(kind in line for kind in KINDS)


def test_what_is_there_already_is_not_touched(seqforge, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("kept")
    assert "the folder mine is not empty" in refused(seqforge, "mine", "--kind", "codec")
    assert "notes.txt is a file" in refused(seqforge, "mine", "--kind", "codec", "--out", "mine/notes.txt")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_no_obstacle(process, tmp_path):
    for name in ("empty", "other"):
        (tmp_path / name).mkdir()
    assert process("plugins", "new", "empty", "--kind", "codec").status == 0
    assert process("plugins", "new", "mine", "--kind", "codec", "--out", "other").status == 0


def test_a_folder_of_sources_does_not_hide_the_recipe(seqforge, tmp_path):
    (tmp_path / "toy").mkdir()
    assert seqforge("run", "toy", "--dry-run").status == 0


def _tutorial(language):
    """The blocks of the tutorial in that language."""
    text = (ROOT / "docs" / "new-plugin.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_the_tutorial_shows_what_is_written(new, tmp_path):
    folder, _ = new("my-backend", "backend")
    (hook,) = _tutorial("python")
    assert hook.partition("\n\n\n")[2] in (folder / "src" / "my_backend" / "plugin.py").read_text()
    tree = next(block for block in _tutorial("text") if block.startswith("my-backend/"))
    named = {
        word for line in tree.splitlines() for word in line.strip().split("   ")[0].split() if not word.endswith("/")
    }
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written - named == {"src/my_backend/__init__.py", "src/my_backend/py.typed"}
    assert named <= written


def test_the_tutorial_and_the_readme_name_every_kind():
    tutorial, readme = ((ROOT / name).read_text() for name in ("docs/new-plugin.md", "README.md"))
    assert re.findall(r"^\| `(\w+)` \|", tutorial, re.MULTILINE) == list(KINDS)
    assert all(kind in readme for kind in KINDS)


def test_what_the_tutorial_breaks_is_found_by_the_suite(new, process):
    folder, path = new("my-backend", "backend")
    (change,) = _tutorial("diff")
    whole, broken = (line[1:] for line in change.splitlines())
    network = folder / "src" / "my_backend" / "network.py"
    assert whole in network.read_text()
    network.write_text(network.read_text().replace(whole, broken))
    outcome = process("plugins", "check", "my-backend", path=path)
    assert outcome.status == 3
    shown = next(block for block in _tutorial("text") if block.startswith("failed"))
    for line in shown.splitlines():
        assert line.removesuffix(" ...") in outcome.out


def test_every_template_is_used():
    templates = ROOT / "seqforge" / "scaffold" / "templates"
    folders = {path.name for path in templates.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders == {layer for kind in KINDS.values() for layer in kind.layers}
