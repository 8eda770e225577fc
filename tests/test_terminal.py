"""On a terminal a command shows a bar, curves, a picture and a table; elsewhere plain lines; with --quiet nothing."""

import json
import re

import pytest

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
CURVE = re.compile("[▁▂▃▄▅▆▇█]+")
PICTURE = "~~~~~"
SHORT = ("run", "toy", "--set", "training.steps=60", "--set", "training.evaluate_every=20")


def remaining(screen):
    """The lines that are left on the screen when all is done, without colours."""
    lines, row = [""], 0
    for part in re.split(r"(\x1b\[[0-9;?]*[a-zA-Z]|[\r\n])", screen):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part.endswith("A") and ESCAPE.fullmatch(part):
            row -= int(part[2:-1] or 1)
        elif part.endswith("K") and ESCAPE.fullmatch(part):
            lines[row] = ""
        elif part and part != "\r" and not ESCAPE.fullmatch(part):
            lines[row] += part
    return lines


def test_a_run_shows_a_bar_while_it_trains_and_curves_a_picture_and_a_table_at_its_end(terminal):
    outcome = terminal("run", "toy", "--set", "training.steps=1500", "--set", "training.evaluate_every=500")
    assert outcome.status == 0, outcome.err
    bar = [line for line in re.split(r"[\r\n]", ESCAPE.sub("", outcome.out)) if line.startswith("training ━")]
    assert any(re.search(r"[\d,]+/1,500  .*steps/s  .*0:0\d left  [▁▂▃▄▅▆▇█]+ \d\.\d{3}", line) for line in bar), bar[
        -1:
    ]
    lines = remaining(outcome.out)
    assert not any("━" in line for line in lines), "a bar is left on the screen"
    curves = {line.split()[0]: line for line in lines if CURVE.search(line)}
    assert set(curves) == {"training", "validation"}
    assert re.search(r"  [▁▂▃▄▅▆▇█]{40}  \d\.\d{3} to \d\.\d{3} nats/token$", curves["training"])
    evaluations = sum(line.startswith("step ") for line in lines)
    assert len(CURVE.search(curves["validation"])[0]) == evaluations > 1
    assert PICTURE in lines
    assert any(re.fullmatch(r"in runs/toy-001 +size", line) for line in lines)
    assert any(
        re.fullmatch(r"model\.safetensors +\d+ kB  the model: seqforge generate takes it", line) for line in lines
    )
    table = lines[lines.index(next(line for line in lines if line.startswith("in runs/toy-001"))) :]
    assert all(len(line) <= 80 for line in table[: table.index("")])


def test_the_bar_of_a_generation_counts_takes(terminal, toy_run):
    outcome = terminal("generate", toy_run, "-n", 60, "--seed", 1, "--length", 2000, "--out", "takes")
    assert outcome.status == 0, outcome.err
    shown = ESCAPE.sub("", outcome.out)
    assert shown.index("generating 60 takes") < shown.index("/60")
    lines = remaining(outcome.out)
    assert PICTURE in lines
    assert sum(line.startswith("take-") for line in lines) + 1 == 40
    assert any(line.startswith("and 21 more, to take-60.") for line in lines)


def test_the_picture_fits_the_terminal(terminal, toy_run):
    outcome = terminal("generate", toy_run, "--seed", 1, "--length", 500, columns=24, lines=20)
    lines = remaining(outcome.out)
    assert "~" * 11 not in lines, "12 lines, the first of them letters"
    assert "~" * 10 in lines
    assert all(len(line) <= 24 for line in lines[: lines.index("~" * 10)])


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
def test_a_terminal_that_can_not_show_them_gets_no_curves(terminal, environment):
    outcome = terminal(*SHORT, **environment)
    assert outcome.status == 0, outcome.err
    assert not CURVE.search(outcome.out)
    assert "lstm with" in outcome.out


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"JPY_PARENT_PID": "1"}], ids=str)
def test_a_dumb_terminal_and_a_cell_of_a_notebook_get_plain_lines(terminal, environment):
    outcome = terminal(*SHORT, **environment)
    assert "\x1b" not in outcome.out
    assert PICTURE not in outcome.out
    assert "runs/toy-001/samples/take-01.txt" in outcome.out


def test_without_a_terminal_there_are_plain_lines(process):
    outcome = process(*SHORT)
    assert outcome.status == 0, outcome.err
    assert "\x1b" not in outcome.out + outcome.err
    assert "\r" not in outcome.out + outcome.err
    assert not CURVE.search(outcome.out)
    assert PICTURE not in outcome.out
    assert len(re.findall("^step ", outcome.out, re.MULTILINE)) == 3
    assert outcome.err == ""


def test_quiet_prints_nothing_and_does_the_same(process, tmp_path):
    loud = process(*SHORT, "--out", "loud")
    quiet = process(*SHORT, "--out", "quiet", "--quiet")
    assert (quiet.status, quiet.out, quiet.err) == (0, "", "")
    assert loud.out
    assert (tmp_path / "quiet/model.safetensors").read_bytes() == (tmp_path / "loud/model.safetensors").read_bytes()
    again = process("generate", "quiet", "--seed", 1, "-q", "--out", "takes")
    assert (again.status, again.out, again.err) == (0, "", "")
    assert (tmp_path / "takes/take-01.txt").is_file()
    resumed = process("resume", "quiet", "--quiet")
    assert (resumed.status, resumed.out, resumed.err) == (0, "", "")


def test_quiet_is_quiet_on_a_terminal(terminal):
    outcome = terminal(*SHORT, "--quiet")
    assert (outcome.status, outcome.err) == (0, "")
    assert ESCAPE.sub("", outcome.out).strip() == ""


def test_quiet_leaves_json_and_errors(process):
    outcome = process(*SHORT, "--quiet", "--json")
    assert json.loads(outcome.out)["steps"] == 60
    assert outcome.err == ""
    wrong = process("run", "toy", "--quiet", "--set", "training.step=3")
    assert wrong.status == 2
    assert "training.step" in wrong.err
