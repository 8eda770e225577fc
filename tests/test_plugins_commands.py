"""Commands of plugins: in the help without being imported, and then as good as those of the core."""

import pytest

COMMAND = (
    "from seqforge import CommandSpec, hookimpl\n@hookimpl\ndef seqforge_register_commands():\n"
    "    return [CommandSpec(name={name!r}, target={target!r}, summary='something', requires={requires!r})]\n"
)


@pytest.fixture
def command(plant, tmp_path):
    """`command("hello", "module:app")`: install `hello-thing` with a command; gives its folder."""

    def start(name, target, source="", requires=()):
        modules = {"hello_thing.py": COMMAND.format(name=name, target=target, requires=requires), "hello.py": source}
        return plant(tmp_path / "site", "hello-thing", {"hello": "hello_thing"}, modules)

    return start


def test_the_help_names_it_and_imports_nothing(python):
    code = (
        "import sys\nfrom seqforge.entry import main\ntry:\n    main()\n"
        "finally:\n    print(*(name for name in sys.modules if name.startswith('seqforge_toy')), file=sys.stderr)\n"
    )
    outcome = python("-c", code, "--help")
    (line,) = [line for line in outcome.out.splitlines() if line.split()[:1] == ["toys"]]
    assert line.split(maxsplit=1)[1] == "Count toys, or lose them."
    assert (outcome.status, outcome.err.strip()) == (0, "")


def test_it_takes_its_own_arguments_and_standard_output_is_its_own(process):
    outcome = process("toys", "count", "bear", "--loud", "--", "--ball")
    assert (outcome.status, outcome.out) == (0, "2 TOYS: BEAR --BALL\n")
    assert outcome.err == "the toys are unpacked\n"


def test_its_help_is_its_own(process):
    for arguments in (("toys", "--help"), ("toys",)):
        shown = process(*arguments).out
        assert "Toys of all sorts." in shown
        assert "seqforge toys [OPTIONS] COMMAND" in shown
        assert "count" in shown
        assert "completion" not in shown
    assert "--loud" in process("toys", "count", "--help").out


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        (("lose", "request"), 2, "error: there is no such toy; look under the bed"),
        (("lose", "exit"), 7, ""),
        (("lose", "abort"), 1, ""),
        (
            ("lose", "dice"),
            3,
            "error: command 'toys' of seqforge-toy (entry point toy) failed: KeyError: 'dice'; update",
        ),
        (("lose",), 2, "error: Missing argument 'how'; see"),
        (("count", "--quiet"), 2, "error: No such option: --quiet; see"),
        (("find",), 2, "error: No such command 'find'; see"),
    ],
    ids=str,
)
def test_errors_and_exit_status_are_as_for_commands_of_the_core(process, how, status, words):
    outcome = process("toys", *how)
    lines = [line for line in outcome.err.splitlines() if line != "the toys are unpacked"]
    assert (outcome.status, len(lines)) == (status, bool(words))
    assert words in "".join(lines)
    assert outcome.out == ""


def test_debug_shows_where_it_failed(process):
    outcome = process("--debug", "toys", "lose", "dice")
    assert outcome.status != 0
    assert "raise KeyError(how)" in outcome.err


def test_an_app_with_one_command_is_that_command(process, command):
    source = "import typer\napp = typer.Typer()\n@app.command()\ndef greet(name: str):\n    print('hello', name)\n"
    path = [command("hello", "hello:app", source)]
    assert process("hello", "world", path=path).out == "hello world\n"


@pytest.mark.parametrize(
    ("target", "source", "requires", "status", "words"),
    [
        (
            "hello:app",
            "app = print\n",
            (),
            3,
            "is no typer.Typer app but builtin_function_or_method; update hello-thing",
        ),
        (
            "hello:app",
            "1 / 0\n",
            (),
            3,
            "can't be imported: ZeroDivisionError: division by zero; reinstall hello-thing",
        ),
        ("hello:app", "", (), 3, "has no attribute 'app'"),
        ("hello:app", "import nobody_has\n", (), 3, "type: python -m pip install nobody_has"),
        ("hello:app", "class Odd(BaseException): pass\nraise Odd('x')\n", (), 3, "can't be imported: Odd: x"),
        ("hello:app", "", ("nobody_has",), 2, "type: python -m pip install nobody_has"),
    ],
)
def test_one_that_can_not_be_used_is_the_fault_of_its_plugin(process, command, target, source, requires, status, words):
    path = [command("hello", target, source, requires)]
    assert "hello" in process("--help", path=path).out
    outcome = process("hello", path=path)
    assert (outcome.status, outcome.err.count("\n")) == (status, 1)
    assert "command 'hello'" in outcome.err
    assert words in outcome.err


def test_names_of_the_core_can_not_be_taken(process, command):
    path = [command("run", "hello:app")]
    outcome = process("run", "--help", path=path)
    assert "Train a model" in outcome.out
    assert "plugin hello of hello-thing is left out: command 'run' is one of seqforge's own" in outcome.err


def test_the_core_protects_all_of_its_commands():
    from seqforge.commands.app import COMMANDS
    from seqforge.plugins.hooks import CORE_COMMANDS

    assert CORE_COMMANDS == COMMANDS


def test_of_two_with_one_name_each_has_its_full_name(process, command):
    source = "import typer\napp = typer.Typer()\n@app.command()\ndef greet():\n    print('another')\n"
    path = [command("toys", "hello:app", source)]
    shown = process("--help", path=path)
    assert "hello-thing:toys" in shown.out
    assert "seqforge-toy:toys" in shown.out
    assert process("hello-thing:toys", path=path).out == "another\n"
    outcome = process("toys", path=path)
    assert outcome.status == 2
    assert "command 'toys' is offered by several packages; write hello-thing:toys or seqforge-toy:toys" in outcome.err
