"""`seqforge sweep`: cells that are ordinary runs, none of them run twice."""

import csv
import io
import json
import re
import shutil
import sys
import tomllib

import pytest
from killing import finish, start
from sweeping import GRID, SHORT, cells, stamps


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def only_folder(tmp_path):
    (folder,) = (tmp_path / "sweeps").iterdir()
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory, toy_path):
    """A finished sweep of four cells and what it printed; read only."""
    folder = tmp_path_factory.mktemp("done")
    status, out, err = finish(start(folder, toy_path, *GRID, "--out", "sweep"))
    assert status == 0, err
    return folder / "sweep", out


def test_each_cell_is_the_run_that_its_configuration_says(seqforge, done, tmp_path):
    sweep, _ = done
    assert len(cells(sweep)) == 4
    found = rows((sweep / "table.csv").read_text())
    assert [(row["model.lstm.hidden"], row["seed"]) for row in found] == [
        ("4", "1"),
        ("4", "2"),
        ("6", "1"),
        ("6", "2"),
    ]
    for row in found:
        cell = sweep / row["run"]
        config = tomllib.loads((cell / "config.toml").read_text())
        assert str(config["model"]["lstm"]["hidden"]) == row["model.lstm.hidden"]
        assert str(config["seed"]) == row["seed"]
        scores = json.loads((cell / "evaluation.json").read_text())["likelihood"]
        for part in ("validation", "test"):
            assert float(row[part]) == scores[part]["nats"][row["unit"]]["value"]
    run = seqforge("run", "toy", *SHORT, "--set", "model.lstm.hidden=6", "--seed", 2, "--out", "single")
    assert run.status == 0, run.err
    assert (tmp_path / "single" / "model.safetensors").read_bytes() == (cell / "model.safetensors").read_bytes()


def test_it_prints_a_line_a_cell_a_table_and_the_means_over_seeds(done):
    sweep, out = done
    ended = re.findall(r"^cell (\d)/4  (\w{12})  model\.lstm\.hidden=[46] seed=[12]  2 steps  validation ", out, re.M)
    assert [number for number, _ in ended] == ["1", "2", "3", "4"]
    assert {name for _, name in ended} == {cell.name for cell in cells(sweep)}
    found = rows((sweep / "table.csv").read_text())
    for row in found:
        figures = f"{float(row['validation']):.3f} +{float(row['test']):.3f}"
        assert re.search(
            rf"^{row['run']} +{row['model.lstm.hidden']} +{row['seed']}  finished +2 +{figures}$", out, re.M
        )
    mean = sum(float(row["validation"]) for row in found[:2]) / 2
    assert re.search(rf"^ +4 +2 +{mean:.3f} ", out.partition("means over seeds")[2], re.M)
    assert "  seqforge compare sweep " in out


def test_the_same_command_again_does_nothing_twice(seqforge, tmp_path):
    first = seqforge(*GRID, "--json")
    assert first.status == 0, first.err
    sweep = only_folder(tmp_path)
    before = stamps(sweep)
    assert len({path.parent for path in before if path.name == "report.html"}) == 4
    for command in (GRID, ("sweep", sweep), ("sweep", sweep / "sweep.toml")):
        again = seqforge(*command, "--json")
        assert (again.status, again.out.replace(str(sweep), str(sweep.relative_to(tmp_path)))) == (0, first.out)
        assert "4 cells of 4 finished before" in again.err
    assert stamps(sweep) == before
    assert re.fullmatch(r"toy-[0-9a-f]{12}", sweep.name)


def test_json_is_complete_and_tells_no_time(seqforge, done):
    sweep, _ = done
    found = json.loads(seqforge("sweep", sweep, "--json").out)
    assert found["keys"] == ["model.lstm.hidden"]
    for cell, row in zip(found["cells"], rows((sweep / "table.csv").read_text()), strict=True):
        assert (cell["run"], str(cell["seed"]), cell["state"]) == (row["run"], row["seed"], "finished")
        assert (cell["validation"], cell["steps"]) == (float(row["validation"]), 2)
    assert [(point["point"], point["seeds"]) for point in found["points"]] == [
        ({"model.lstm.hidden": 4}, [1, 2]), ({"model.lstm.hidden": 6}, [1, 2]),
    ]  # fmt: skip
    assert found["best"] in found["points"]
    assert "seconds" not in json.dumps(found)


def test_quiet_prints_nothing_and_a_dry_run_does_nothing(seqforge, tmp_path):
    dry = seqforge(*GRID, "--dry-run")
    assert dry.status == 0
    assert dry.out.count("waiting") == 4
    assert not (tmp_path / "sweeps").exists()
    quiet = seqforge("sweep", "toy", *SHORT, "--seeds", "1", "--quiet")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")
    assert len(cells(only_folder(tmp_path))) == 1


def test_a_failed_cell_is_a_row_with_the_reason_and_is_tried_again(seqforge, tmp_path):
    command = ("sweep", "toy", *SHORT, "--set", "training.clip_norm=0", "--grid", "training.learning_rate=0.01,1e8")
    before = {}
    for _ in range(2):
        outcome = seqforge(*command, "--json")
        assert (outcome.status, outcome.err.count("error: ")) == (1, 1)
        good, bad = json.loads(outcome.out)["cells"]
        assert (good["state"], good["reason"], bad["state"]) == ("finished", "", "failed")
        assert bad["reason"].startswith("the loss is ")
        assert f"1 of 2 cells failed ({bad['run']}: the loss is " in outcome.err
        assert "to try them again, type: seqforge sweep sweeps/toy-" in outcome.err
        sweep = only_folder(tmp_path)
        assert [row["state"] for row in rows((sweep / "table.csv").read_text())] == ["finished", "failed"]
        assert {path: stamp for path, stamp in stamps(sweep).items() if path in before} == before
        before = stamps(sweep)


def test_what_to_type_next_is_what_works(seqforge, tmp_path):
    failing = ("sweep", "toy", *SHORT, "--set", "training.clip_norm=0", "--grid", "training.learning_rate=0.01,1e8")
    outcome = seqforge(*failing, "--launcher", "local", "--out", "with blank")
    assert outcome.status == 1
    assert "seqforge compare" not in outcome.out, "it refuses a sweep that is not finished"
    assert outcome.err.endswith("type: seqforge sweep 'with blank' --launcher local\n")
    outcome = seqforge("sweep", "toy", *SHORT, "--seeds", "1", "--out", "one")
    assert (outcome.status, "seqforge compare" in outcome.out) == (0, False)
    outcome = seqforge("sweep", "toy", *SHORT, "--seeds", "1,2", "--out", "two")
    assert (outcome.status, "seqforge compare two" in outcome.out) == (0, True)


def test_data_that_gives_nothing_fails_its_cell_alone(seqforge, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.letters").write_text("")
    outcome = seqforge("sweep", "toy", *SHORT, "--grid", "data.source=cycles,empty", "--json")
    good, bad = json.loads(outcome.out)["cells"]
    assert (outcome.status, good["state"], bad["state"]) == (1, "finished", "failed")
    assert "no usable piece" in bad["reason"]


def test_files_are_found_from_any_folder(seqforge, tmp_path, monkeypatch):
    (tmp_path / "mine.letters").write_text("".join(f"{line} a.b-a.c=a.b-a.d=\n" for line in range(12)))
    assert seqforge("sweep", "toy", *SHORT, "--data", "mine.letters", "--seeds", "1", "--out", "sweep").status == 0
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    shutil.rmtree(cells(tmp_path / "sweep")[0])
    outcome = seqforge("sweep", tmp_path / "sweep")
    assert outcome.status == 0, outcome.err
    assert len(cells(tmp_path / "sweep")) == 1


def test_what_changes_nothing_of_the_result_makes_no_other_cell(seqforge, tmp_path):
    command = ("sweep", "toy", *SHORT, "--seeds", "1")
    names = [
        json.loads(seqforge(*command, *more, "--dry-run", "--json").out)["cells"][0]["run"]
        for more in ((), ("--set", 'callbacks.use=["diary"]'), ("--set", "launcher.name=local"))
    ]
    assert len(set(names)) == 1
    other = seqforge("sweep", "toy", *SHORT, "--seeds", "2", "--dry-run", "--json")
    assert json.loads(other.out)["cells"][0]["run"] not in names


def test_cells_of_equal_configuration_are_one(seqforge):
    outcome = seqforge("sweep", "toy", *SHORT, "--grid", "training.learning_rate=1,1.0", "--dry-run", "--json")
    assert "2 cells have 1 different configuration; each is run once" in outcome.err
    assert len(json.loads(outcome.out)["cells"]) == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("samples.formats=[],['txt', 'marks']", [[], ["txt", "marks"]]),
        ("training.schedule=constant,'cosine'", ["constant", "cosine"]),
        ("samples.prompt.avoid='a,b',c", ["a,b", "c"]),
        ("windows.carry_state=true,false", [True, False]),
        ("training.learning_rate=1e-3,2", [0.001, 2]),
    ],
)
def test_values_are_toml_or_bare_words(seqforge, text, values):
    outcome = seqforge("sweep", "toy", "--grid", text, "--dry-run", "--json")
    assert outcome.status == 0, outcome.err
    key = text.partition("=")[0]
    assert [cell["values"][key] for cell in json.loads(outcome.out)["cells"]] == values


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["toy"], "nothing varies; name values with --grid"),
        (["toy", "--grid", "model.lstm.hiden=1,2"], "did you mean 'model.lstm.hidden'?"),
        (["toy", "--grid", "modle.start=1,2"], "unknown key 'modle'"),
        (["toy", "--grid", "model.lstm.hidden"], "allowed: KEY=V1,V2"),
        (["toy", "--grid", "model.lstm.hidden="], "allowed: KEY=V1,V2"),
        (["toy", "--grid", "model.lstm.hidden=8,,9"], "where a value is empty"),
        (["toy", "--grid", "model.lstm.hidden=8,-9"], "allowed: a whole number from 1"),
        (["toy", "--grid", "windows.length=8", "--grid", "windows.length=9"], "has windows.length twice"),
        (["toy", "--grid", "launcher.workers=1,2"], "doesn't decide what comes of a run"),
        (["toy", "--grid", "recipe=a,b"], "doesn't decide what comes of a run"),
        (["toy", "--grid", "windows.length=8", "--set", "windows.length=9"], "leave out one of the two"),
        (["toy", "--grid", "backend.name=numpy,torch", "--backend", "numpy"], "leave out one of the two"),
        (["toy", "--seeds", "1,2", "--set", "seed=3"], "leave out one of the two"),
        (["toy", "--seeds", "1,2,1"], "has 1 twice"),
        (["toy", "--seeds", "1,-2"], "integers from 0 on"),
        (["toy", "--seeds", "one"], "integers from 0 on"),
        (["toy", "--seeds", ""], "integers from 0 on"),
        (["toy", "--seeds", "1,,2"], "integers from 0 on"),
        (["toy", "--seeds", "1", "--grid", "seed=2,3"], "name the seeds with --seeds alone"),
        (["toy", "--seeds", "1", "-j", "0"], "-j is 0; allowed: integers from 1 on"),
        (["toy", "--seeds", "1", "--trials", "4"], "--trials is for a --search"),
        (["toy", "--search", "windows.length=2:4", "--trials", "0"], "--trials is 0"),
        (["toy", "--search", "windows.length=9:4"], "the lower one first: 4:9"),
        (["toy", "--search", "windows.length=0:4:log"], "numbers above 0"),
        (["toy", "--search", "windows.length=2:4:lin"], "has the scale 'lin'"),
        (["toy", "--search", "windows.length=2:inf"], "two finite numbers"),
        (["toy", "--search", "windows.length=8"], "allowed: KEY=LOW:HIGH"),
        (["toy", "--search", "seed=1:8"], "type --seeds 1,2,3"),
        (["toy", "--search", "windows.length=2:4", "--grid", "seed=1,2"], "type one sweep for each"),
        (["toy", "--seeds", "1", "--launcher", "fleet"], "unknown launcher 'fleet'"),
        (["toy", "--seeds", "1", "--launcher", "fleet", "--dry-run"], "unknown launcher 'fleet'"),
        (["toy", "--seeds", "1", "--set", "launcher=3"], "launcher is 3; allowed: a table of keys"),
        (["toy", "--seeds", "1", "--set", "data=3"], "data is 3; allowed: a table of keys"),
        (["toy", "--seeds", "1", "--set", "backend=3"], "backend is 3; allowed: a table of keys"),
        (["toy", "--grid", "model=1,2"], "model is 1; allowed: a table of keys"),
        (["toy", "--grid", "data.source=1,2"], "there is no data '"),
        (["no-such", "--seeds", "1"], "unknown recipe 'no-such'"),
    ],
)
def test_a_wrong_request_is_one_line_before_any_work(seqforge, tmp_path, arguments, message):
    outcome = seqforge("sweep", *arguments)
    assert (outcome.status, outcome.err.count("\n"), outcome.out) == (2, 1, "")
    assert message in outcome.err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_anything_else_is_left_alone(seqforge, done, tmp_path):
    sweep, _ = done
    before = stamps(sweep)
    outcome = seqforge("sweep", "toy", "--seeds", "1", "--out", sweep)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert f"holds another sweep; choose another --out, or go on with that one: seqforge sweep {sweep}" in outcome.err
    outcome = seqforge("sweep", sweep, "--seeds", "1")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "--seeds would make it another" in outcome.err
    assert stamps(sweep) == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    outcome = seqforge("sweep", "toy", "--seeds", "1", "--out", "full")
    assert (outcome.status, "is not empty and holds no sweep" in outcome.err) == (2, True)
    for place in ("full/thesis.txt", "full/thesis.txt/sweep"):
        outcome = seqforge("sweep", "toy", "--seeds", "1", "--out", place)
        assert (outcome.status, "thesis.txt is a file; --out takes a folder" in outcome.err) == (2, True)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "sweep.toml").write_text("format_version = 1\n")
    outcome = seqforge("sweep", "broken")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "is not what a sweep writes" in outcome.err


def test_a_finished_cell_without_its_figures_has_failed(seqforge, done, tmp_path):
    sweep, _ = done
    copy = shutil.copytree(sweep, tmp_path / "copy")
    cell = cells(copy)[0]
    (cell / "evaluation.json").unlink()
    outcome = seqforge("sweep", copy)
    assert outcome.status == 1
    assert f"remove {cell}, and it is made again" in outcome.err
    assert "seqforge compare" not in outcome.out
    shutil.rmtree(cell)
    assert seqforge("sweep", copy).status == 0
    assert (copy / "table.csv").read_bytes() == (sweep / "table.csv").read_bytes()


def test_a_cell_that_has_lost_its_state_says_so(seqforge, done, tmp_path):
    sweep, _ = done
    copy = shutil.copytree(sweep, tmp_path / "copy")
    first, second, *_ = cells(copy)
    model = (first / "model.safetensors").read_bytes()
    for cell in (first, second):
        (cell / "report.html").unlink()
    (first / "resume.safetensors").write_bytes(b"no state")
    outcome = seqforge("sweep", copy)
    assert outcome.status == 0, outcome.err
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"warning: cell {first.name}: ")
    assert line.endswith("; going on from the beginning")
    assert (first / "model.safetensors").read_bytes() == model
    assert (copy / "table.csv").read_bytes() == (sweep / "table.csv").read_bytes()


def test_the_order_and_the_launcher_make_no_other_sweep(seqforge, done, tmp_path):
    planned = []
    for arguments in (
        ("--grid", "model.lstm.hidden=4,8", "--grid", "training.batch_size=4,8", "--seeds", "1,2"),
        ("--grid", "training.batch_size=8,4", "--grid", "model.lstm.hidden=8,4", "--seeds", "2,1"),
        ("--grid", "model.lstm.hidden=4,8", "--grid", "training.batch_size=4,8", "--seeds", "1,2",
         "--set", "callbacks.use=[]", "--set", "launcher.local={}"),
    ):  # fmt: skip
        outcome = seqforge("sweep", "toy", *arguments, "--dry-run", "--json")
        assert outcome.status == 0, outcome.err
        found = json.loads(outcome.out)
        planned.append((found["sweep"], sorted(cell["run"] for cell in found["cells"])))
    assert planned[0] == planned[1] == planned[2]


@pytest.mark.parametrize("setting", ["launcher.workers=2", "launcher.name='crew'"])
def test_a_cell_is_one_process(seqforge, tmp_path, setting):
    outcome = seqforge("sweep", "toy", "--seeds", "1,2", "--set", setting)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "each cell of a sweep is one process" in outcome.err
    assert not (tmp_path / "sweeps").exists()


def test_on_a_terminal_a_table_lives_until_all_is_done(terminal):
    outcome = terminal("sweep", "toy", *SHORT, "--grid", "model.lstm.hidden=4,6")
    assert outcome.status == 0, outcome.err
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", outcome.out)
    assert "2 cells: 2 finished" in shown
    assert shown.count("validation and test in nats/event") == 1
    assert "cell 1/2" not in shown


def test_the_core_imports_neither_ray_nor_optuna(python, toy_path):
    code = (
        "import sys\nfrom seqforge.entry import main\ntry:\n    main()\nfinally:\n"
        "    print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    outcome = python("-c", code, "sweep", "toy", *SHORT, "--seeds", "1", "--quiet")
    assert outcome.status == 0, outcome.err
    loaded = set(outcome.err.split())
    assert "numpy" in loaded
    assert not loaded & {"ray", "optuna", "sqlalchemy", "torch", "tensorflow"}


def test_without_optuna_a_search_says_what_to_install(seqforge, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "optuna", None)
    outcome = seqforge("sweep", "toy", "--search", "windows.length=8:16")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "type: python -m pip install 'seqforge-core[search]'" in outcome.err
    assert not list(tmp_path.iterdir())
