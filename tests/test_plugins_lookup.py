"""What is known of a plugin, and for how long."""

import json
import os
import sys
import time
from pathlib import Path

import pytest
from broken_plugins import FORMAT, GOOD, hooks

COUNTING = "open({log!r}, 'a').write('imported\\n')\n"


def imports(log):
    return log.read_text().count("imported")


def test_a_plugin_is_imported_once(site, formats, tmp_path):
    log = tmp_path / "log"
    path = site(COUNTING.format(log=str(log)) + hooks("first"))
    for _ in range(3):
        found, _ = formats(path)
        assert "first" in found
    assert imports(log) == 1


def test_a_change_counts_at_once(site, formats):
    path = site("from names import NAME\n" + hooks("x").replace("'x'", "NAME", 1), names="NAME = 'first'\n")
    assert "first" in formats(path)[0]
    (path / "names.py").write_text("NAME = 'second'\n")
    found, _ = formats(path)
    assert "second" in found
    assert "first" not in found
    (path / "some_thing.py").write_text("1 / 0\n")
    found, errors = formats(path)
    assert "second" not in found
    assert "ZeroDivisionError" in errors
    (path / "some_thing.py").write_text(hooks("third"))
    assert "third" in formats(path)[0]


def test_a_change_of_a_file_that_is_read_at_import_counts(site, formats):
    source = "from pathlib import Path\nNAME = Path(__file__).with_name('name.txt').read_text()\n"
    path = site(source + hooks("x").replace("'x'", "NAME", 1))
    (path / "name.txt").write_text("first")
    assert "first" in formats(path)[0]
    (path / "name.txt").write_text("second")
    assert "second" in formats(path)[0]


@pytest.mark.parametrize(
    "listing",
    ["[file.name for file in PLACE.glob('*.toml')]", "os.listdir(PLACE)", "[file.name for file in os.scandir(PLACE)]"],
)
def test_a_new_file_in_a_folder_that_is_listed_at_import_counts(site, formats, tmp_path, listing):
    log = tmp_path / "log"
    source = f"import os\nfrom pathlib import Path\nPLACE = Path(__file__).with_name('recipes')\nNAMES = {listing}\n"
    many = "[" + FORMAT.format(name="x").replace("'x'", "name", 1) + " for name in NAMES]"
    path = site(
        COUNTING.format(log=str(log)) + source + GOOD.format(format="*" + many),
        **{"recipes/one.toml": ""},
    )
    for _ in range(2):
        assert "one.toml" in formats(path)[0]
    assert imports(log) == 1
    (path / "recipes" / "two.toml").write_text("")
    assert {"one.toml", "two.toml"} <= formats(path)[0]
    (path / "recipes" / "one.toml").unlink()
    assert "one.toml" not in formats(path)[0]


def test_a_new_file_beside_modules_is_no_change(site, formats, tmp_path):
    log = tmp_path / "log"
    source = "import importlib.metadata\nimportlib.metadata.version('numpy')\nimport package.module\n"
    path = site(COUNTING.format(log=str(log)) + source + hooks("first"), **{"package/module.py": ""})
    for number in range(3):
        assert "first" in formats(path)[0]
        for folder in (tmp_path, path, path / "package"):
            (folder / f"new{number}.py").write_text("")
    assert imports(log) == 1


def test_a_framework_that_is_installed_later_is_noticed(site, formats):
    path = site("import framework_of_a_plugin\n" + hooks("framed"))
    found, errors = formats(path)
    assert "framed" not in found
    assert "pip install framework_of_a_plugin" in errors
    (path / "framework_of_a_plugin.py").write_text("")
    found, errors = formats(path)
    assert "framed" in found
    assert errors == ""


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"key": 1, "manifest": {}}', b"null"])
def test_what_is_damaged_is_made_anew(site, formats, tmp_path, damage):
    path = site(hooks("first"))
    formats(path)
    files = list((tmp_path / "cache" / "seqforge" / "plugins").iterdir())
    assert any(file.name.startswith("some-thing-some-") for file in files)
    for file in files:
        file.write_bytes(damage)
    found, errors = formats(path)
    assert "first" in found
    assert errors == ""


def test_a_cache_does_not_grow_for_ever(site, python, tmp_path, toy_path):
    path = site(hooks("first"))
    cache = tmp_path / "cache" / "seqforge" / "plugins"
    long_ago = time.time() - 40 * 86400

    def start(number):
        here = tmp_path / f"here{number}"
        here.mkdir()
        for folder in (path, here, *toy_path):  # none that may be about to change
            os.utime(folder, (long_ago, long_ago))
        command = ("-P", "-m", "seqforge", "list", "formats")  # -P: the working folder changes all the time
        outcome = python(*command, path=[here, path], XDG_CACHE_HOME=str(tmp_path / "cache"))
        assert outcome.err == ""
        assert "first" in outcome.out
        return {file.name for file in cache.iterdir()}

    first = start(0)
    assert sum(name.startswith("installed-") for name in first) == 1
    for name in ("some-thing-some-00000000.json", "some-thing-some-11111111.json"):
        (cache / name).write_text("{}")
    os.utime(cache / "some-thing-some-00000000.json", (long_ago, long_ago))
    for number in range(40):
        (cache / f"installed-{number:08}.json").write_text("{}")
        os.utime(cache / f"installed-{number:08}.json", (time.time() - 3600 - number,) * 2)
    kept = start(1)
    assert first | {"some-thing-some-11111111.json", "installed-00000000.json"} <= kept
    assert "some-thing-some-00000000.json" not in kept
    assert sum(name.startswith("installed-") for name in kept) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the place of a folder is told otherwise there")
def test_without_a_cache_everything_works(site, formats, tmp_path):
    path = site(hooks("first"))
    (tmp_path / "no folder").write_text("")
    for _ in range(2):
        found, errors = formats(path, XDG_CACHE_HOME=str(tmp_path / "no folder"))
        assert {"first", "txt"} <= found
        assert errors == ""


def test_a_slow_plugin_is_there_at_the_next_start_and_waited_for_by_its_name(site, process, tmp_path):
    recipe = (
        "@hookimpl\ndef seqforge_register_recipes():\n"
        "    return [RecipeSpec(name='slow', package='seqforge_toy', resource='toy.toml', summary='x')]\n"
        "from seqforge import CommandSpec\n@hookimpl\ndef seqforge_register_commands():\n"
        "    return [CommandSpec(name='slowly', target='seqforge_toy.toys:app', summary='x')]\n"
    )
    path = [site("import time\ntime.sleep(1.5)\n" + hooks("late") + recipe)]
    for number, arguments in enumerate((("recipes", "show", "slow"), ("slowly", "count", "bear"))):
        cache = str(tmp_path / f"cache{number}")
        outcome = process("list", "formats", path=path, XDG_CACHE_HOME=cache)
        assert (
            "plugin some of some-thing is left out: its import takes long and goes on in the background" in outcome.err
        )
        assert "late" not in outcome.out
        waiting = process(*arguments, path=path, XDG_CACHE_HOME=cache)  # while it is being looked at
        assert waiting.status == 0, waiting.err
        assert "late" in process("list", "formats", path=path, XDG_CACHE_HOME=cache).out


ONCE = """
from pathlib import Path
LOG = Path({log!r})
LOG.open("a").write("imported\\n")
if LOG.read_text().count("imported") == 1:
    import os, time
    {fault}
"""


def test_a_fault_that_may_pass_is_not_remembered_for_good(site, formats, tmp_path):
    log = tmp_path / "log"
    path = site(ONCE.format(log=str(log), fault="os.kill(os.getpid(), 9)") + hooks("first"))
    for _ in range(2):
        found, errors = formats(path)
        assert "first" not in found
        assert "ends the process when it is imported (signal 9)" in errors
    assert imports(log) == 1  # that it was looked at costs the next start nothing
    (manifest,) = (tmp_path / "cache" / "seqforge" / "plugins").glob("some-thing-some-*.json")
    values = json.loads(manifest.read_text())
    assert time.time() < values["manifest"]["until"] < time.time() + 3600
    values["manifest"]["until"] = time.time() - 1
    manifest.write_text(json.dumps(values))
    found, errors = formats(path)
    assert "first" in found
    assert errors == ""
    formats(path)
    assert imports(log) == 2


@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), 9)", "time.sleep(1000)"])
def test_what_the_doctor_finds_is_what_the_next_start_knows(site, process, formats, tmp_path, fault):
    log = tmp_path / "log"
    path = site(ONCE.format(log=str(log), fault=fault) + hooks("first"))
    assert "first" not in formats(path)[0]
    outcome = process("plugins", "doctor", "--json", path=[path], XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert {row["plugin"]: row["state"] for row in json.loads(outcome.out)}["some"] == "ok"
    found, errors = formats(path)
    assert "first" in found
    assert errors == ""
    assert imports(log) == 2
    (path / "some_thing.py").write_text("import os\nos.abort()\n")
    process("plugins", "doctor", path=[path], XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert "plugin some of some-thing is left out: its import ends the process" in formats(path)[1]


def test_what_has_come_of_looking_is_known_however_late_it_is_asked_for(site, python, tmp_path):
    path = site("import time\ntime.sleep(1)\n" + hooks("first"))
    code = (
        "import threading\nfrom seqforge.plugins import Registry\nregistry = Registry.begun()\n"
        "for thread in threading.enumerate():\n    if thread.daemon:\n        thread.join()\n"  # it hears all answers
        "registry.settle()\nprint({plugin.distribution: plugin.state for plugin in registry.plugins})\n"
    )
    outcome = python("-c", code, path=[path], XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert outcome.err == ""
    assert "'some-thing': 'ok'" in outcome.out


def test_an_option_of_a_slow_plugin_is_waited_for(site, process, tmp_path, toy_run):
    source = (
        "import time\ntime.sleep(1.5)\nfrom seqforge import FormatSpec, Option, hookimpl\n"
        "@hookimpl\ndef seqforge_register_formats():\n"
        "    return [FormatSpec(name='late', target='seqforge_toy.files:MarksFile', summary='x', suffix='.late',\n"
        "                       codecs=(), options=(Option(name='gap', type=int, default=0, help='x'),\n"
        "                       Option(name='late_gap', type=int, default=0, help='x')))]\n"
    )
    cache = str(tmp_path / "cache")
    outcome = process(
        "generate", toy_run, "--late-gap", "1", "--format", "txt", path=[site(source)], XDG_CACHE_HOME=cache
    )
    assert outcome.status == 2
    assert "--late-gap is for the format late, which would not be written" in outcome.err


def test_threads_and_processes_of_a_plugin_end_with_the_looking(site, formats, tmp_path):
    source = (
        "import os, subprocess, sys, threading, time\n"
        "threading.Thread(target=time.sleep, args=(1000,)).start()\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\n"
    )
    found, errors = formats(site(source + hooks("first")))
    assert "first" in found
    assert errors == ""
    if os.name == "posix":
        state = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
        if state.exists():  # whoever adopts it may not have noticed yet
            assert state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_plugin_that_starts_seqforge_is_looked_at_once(site, process, tmp_path):
    log = tmp_path / "log"
    source = "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'seqforge', 'list', 'formats'])\n"
    path = site(COUNTING.format(log=str(log)) + source + hooks("first"))
    (tmp_path / "no folder").write_text("")  # no cache, so that no start knows of the others
    process("list", "formats", path=[path], XDG_CACHE_HOME=str(tmp_path / "no folder"))
    assert imports(log) == 1


def test_where_a_process_can_not_be_copied_new_ones_do_the_same(site, formats):
    path = site(hooks("first") + "print('hello')\n")
    (path / "sitecustomize.py").write_text("import os\nif hasattr(os, 'fork'):\n    del os.fork\n")
    found, errors = formats(path)
    assert "first" in found
    assert errors.count("\n") == 1
    assert "plugin some of some-thing: it prints when it is imported ('hello'), which is dropped; update" in errors
    (path / "some_thing.py").write_text("import os\nos._exit(9)\n")
    assert "ends the process when it is imported (exit status 9)" in formats(path)[1]


def test_lists_and_types_of_options_come_back_as_they_were(registry):
    """Every spec of the installed plugins, read back from JSON."""
    from seqforge.plugins import KINDS, Part

    parts = [part for kind in KINDS for part in registry.parts(kind)]
    assert len(parts) > 20
    assert [Part.from_values(json.loads(json.dumps(part.to_values()))) for part in parts] == parts
