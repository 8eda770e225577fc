"""`seqforge plugins doctor`: each culprit by name, with what to do, and the exit status."""

import json
import os
import signal
import time
from pathlib import Path

import killing
import pytest
from broken_plugins import BROKEN, FORMAT, IMPORTS, plant_broken

HOOKS = IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n    return [{formats}]\n"


@pytest.fixture
def diagnose(process, plant, tmp_path):
    """`diagnose({file: source})`: install `tested-thing` with these modules; what the doctor says of it."""

    def start(modules, requires=()):
        path = plant(tmp_path / "site", "tested-thing", {"tested": "tested_thing"}, modules, requires)
        outcome = process("plugins", "doctor", "--json", path=[path])
        (row,) = [row for row in json.loads(outcome.out) if row["distribution"] == "tested-thing"]
        return outcome.status, row

    return start


def test_eight_broken_plugins_are_named_and_what_is_whole_is_not_blamed(process, plant, tmp_path):
    path = [plant_broken(plant, tmp_path / "broken")]
    outcome = process("plugins", "doctor", "--json", path=path)
    assert outcome.status == 3
    rows = {row["plugin"]: row for row in json.loads(outcome.out)}
    for name, broken in BROKEN.items():
        (finding,) = [finding for finding in rows[name]["findings"] if finding["fault"]]
        cause = broken.cause.removeprefix("its import ").removeprefix("ends the process when it is imported ")
        assert cause in finding["cause"]
        assert broken.remedy in finding["remedy"]
        assert (rows[name]["distribution"], rows[name]["state"]) == (f"{name}-thing", "wrong")
    assert rows["core"]["state"] == "ok"
    assert rows["core"]["parts"] >= 10
    assert rows["toy"]["state"] == "wrong"  # it shares a name, and one of its targets is not there
    error = outcome.err.splitlines()[-1]
    assert error.startswith("error: something is wrong with 9 plugins: duplicate-thing:duplicate, exits-thing:exits")


def test_it_is_said_in_lines_as_well(process, plant, tmp_path):
    path = [plant(tmp_path / "site", "tested-thing", {"tested": "tested_thing"}, {"tested_thing.py": "1 / 0\n"})]
    outcome = process("plugins", "doctor", path=path)
    lines = outcome.out.splitlines()
    place = lines.index("tested of tested-thing 0.1.0: wrong")
    assert lines[place + 1] == (
        "  - ZeroDivisionError: division by zero (tested_thing.py, line 1); update tested-thing, "
        "or type: seqforge plugins disable tested-thing:tested"
    )
    assert lines[0].startswith("core of seqforge-core 0.1.0: ok (")


def test_each_target_is_imported_and_those_after_one_that_ends_the_process_too(diagnose):
    targets = {"good": "fine:Good", "deadly": "deadly:X", "none": "fine:Missing", "odd": "fine:ODD", "last": "lost:X"}
    formats = ", ".join(
        FORMAT.format(name=name).replace("seqforge_toy.files:TextFile", target) for name, target in targets.items()
    )
    modules = {
        "tested_thing.py": HOOKS.format(formats=formats),
        "fine.py": "print('targets may print')\nclass Good: pass\nODD = 3\n",
        "deadly.py": "import os\nos.abort()\n",
        "lost.py": "import nobody_has\n",
    }
    status, row = diagnose(modules)
    assert (status, row["state"], row["parts"]) == (3, "wrong", 5)
    found = {finding["part"].split("'")[1]: finding for finding in row["findings"]}
    assert set(found) == {"deadly", "none", "odd", "last"}
    assert "ends the process (signal 6" in found["deadly"]["cause"]
    assert "has no attribute 'Missing'" in found["none"]["cause"]
    assert "neither a class nor a function" in found["odd"]["cause"]
    assert found["last"]["remedy"] == "type: python -m pip install nobody_has"


def test_recipes_models_and_commands_are_looked_at(diagnose):
    hooks = (
        "from seqforge import CommandSpec, PretrainedSpec, RecipeSpec, hookimpl\n"
        "@hookimpl\ndef seqforge_register_recipes():\n"
        "    return [RecipeSpec(name=name, package='stored', resource=f'{name}.toml', summary='x')\n"
        "            for name in ('whole', 'lost', 'torn')]\n"
        "@hookimpl\ndef seqforge_register_models():\n"
        "    return [PretrainedSpec(name='m', package='stored', resource='m.safetensors', summary='x')]\n"
        "@hookimpl\ndef seqforge_register_commands():\n"
        "    return [CommandSpec(name='shout', target='stored:shout', summary='x')]\n"
    )
    modules = {"tested_thing.py": hooks, "stored/__init__.py": "def shout(): pass\n"}
    modules |= {"stored/whole.toml": "seed = 1\n", "stored/torn.toml": "seed = \n"}
    _, row = diagnose(modules)
    found = {finding["part"].partition(" of ")[0]: finding["cause"] for finding in row["findings"]}
    assert set(found) == {"recipe 'lost'", "recipe 'torn'", "model 'm'", "command 'shout'"}
    assert "its file lost.toml in stored can't be read: FileNotFoundError" in found["recipe 'lost'"]
    assert "TOMLDecodeError" in found["recipe 'torn'"]
    assert "is no typer.Typer app" in found["command 'shout'"]


def test_heavy_imports_of_a_hook_module_are_named(diagnose):
    busy = "import time, numpy\nend = time.process_time() + 0.7\nwhile time.process_time() < end: pass\n"
    _, row = diagnose({"tested_thing.py": busy + HOOKS.format(formats="")})
    heavy, slow = row["findings"]
    assert heavy["cause"].startswith("its hook module imports numpy, ")
    assert "the import of its hook module takes" in slow["cause"]
    assert "import it in the target, not in tested_thing" in slow["remedy"]


def test_requirements_that_are_not_met_say_what_to_type(diagnose):
    requires = ("nobody-has>=2", "numpy<1", "typer", 'other; extra == "more"', "seqforge-core>=0.1,<0.2")
    status, row = diagnose({"tested_thing.py": HOOKS.format(formats="")}, requires)
    assert status == 3
    missing, old = row["findings"]
    assert missing["cause"] == "it requires nobody-has>=2, which is not installed"
    assert missing["remedy"] == 'type: python -m pip install "nobody-has>=2"'
    assert old["cause"].startswith("it requires numpy<1, and ")


def test_a_part_whose_package_is_missing_is_no_fault(diagnose):
    formats = FORMAT.format(name="x")[:-1] + ", requires=('nobody_has', 'nobody_had'), install='tested-thing[more]')"
    _, row = diagnose({"tested_thing.py": HOOKS.format(formats=formats)})
    assert row["state"] == "ok"
    (note,) = row["findings"]
    assert not note["fault"]
    assert note["cause"] == "needs nobody_has, nobody_had, which are not installed"
    assert note["remedy"].endswith("python -m pip install tested-thing[more]")


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal of POSIX")
def test_an_interrupt_ends_the_doctor_and_what_it_has_begun(plant, tmp_path, toy_path):
    mark = tmp_path / "pid"
    target = (
        f"import os, time\nwith open({str(mark)!r} + 'part', 'w') as file:\n    file.write(str(os.getpid()))\n"
        f"os.rename(file.name, {str(mark)!r})\ntime.sleep(1000)\n"
    )
    hooks = HOOKS.format(formats=FORMAT.format(name="x").replace("seqforge_toy.files:TextFile", "stuck:X"))
    modules = {"tested_thing.py": hooks, "stuck.py": target}
    site = plant(tmp_path / "site", "tested-thing", {"tested": "tested_thing"}, modules)
    doctor = killing.start(tmp_path, [str(site), *toy_path], "plugins", "doctor")
    while not mark.exists() and doctor.poll() is None:
        time.sleep(0.05)
    doctor.send_signal(signal.SIGINT)
    _, errors = doctor.communicate(timeout=30)  # the target alone would be waited for twice as long
    assert (doctor.returncode, errors) == (130, "interrupted; type the same command again to start over\n")
    state = Path(f"/proc/{mark.read_text()}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"
