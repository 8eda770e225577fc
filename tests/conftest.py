"""A toy plugin that the loader finds as it finds every other, and the ways to call seqforge."""

import contextlib
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from seqforge.entry import main
from seqforge.plugins import Registry

settings.register_profile("seqforge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("seqforge")  # a busy machine is no reason to fail

TOY_SOURCE = Path(__file__).parent / "toy"


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    status: int
    out: str
    err: str


def plant(folder, distribution, entry_points, modules=None, requires=()):
    """Install a distribution into `folder` as pip would: its modules by file name, and its metadata."""
    metadata = folder / f"{distribution.replace('-', '_')}-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    required = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 0.1.0\n{required}")
    lines = [f"{name} = {module}\n" for name, module in entry_points.items()]
    (metadata / "entry_points.txt").write_text("[seqforge]\n" + "".join(lines))
    for name, source in (modules or {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(source)
    return folder


@pytest.fixture(name="plant")
def plant_():
    return plant


@pytest.fixture(scope="session", autouse=True)
def toy_path(tmp_path_factory):
    """The folders of the toy plugin; they are on the path of this process, too."""
    metadata = plant(tmp_path_factory.mktemp("site"), "seqforge-toy", {"toy": "seqforge_toy.plugin"})
    folders = [str(TOY_SOURCE), str(metadata)]
    with pytest.MonkeyPatch.context() as patch:
        for folder in folders:
            patch.syspath_prepend(folder)
        for variable in ("SEQFORGE_BACKEND", "SEQFORGE_PLUGINS"):
            patch.delenv(variable, raising=False)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield folders


@pytest.fixture(scope="session")
def registry(toy_path):
    return Registry.installed()


def call(*arguments):
    """`seqforge ARGUMENTS` in this process, through its entry point."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["seqforge", *(str(argument) for argument in arguments)])
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_WAIT_POLICY"):
            patch.setenv(name, os.environ.get(name, ""))  # the entry point sets them: put them back afterwards
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    return Outcome(status, out.getvalue(), err.getvalue())


@pytest.fixture
def seqforge(tmp_path, monkeypatch):
    """`seqforge("run", "toy")`: the command in this process and an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture
def python(tmp_path, toy_path):
    """`python("-c", CODE)`: an interpreter in an empty folder, a warning being an error."""

    def start(*arguments, path=(), **environment):
        search = os.pathsep.join([*(str(folder) for folder in path), *toy_path])
        result = subprocess.run(
            [sys.executable, "-W", "error", *(str(argument) for argument in arguments)],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": search, "PYTHONIOENCODING": "utf-8", **environment},
            timeout=300,
            check=False,
        )
        return Outcome(result.returncode, result.stdout, result.stderr)

    return start


@pytest.fixture
def process(python):
    """`process("run", "toy")`: the command in a process of its own; `path` holds folders of more plugins."""
    return functools.partial(python, "-m", "seqforge")


@pytest.fixture
def site(plant, tmp_path):
    """`site(source)`: install `some-thing` with a hook module; gives its folder."""

    def start(source, **modules):
        files = {name if "." in name else f"{name}.py": text for name, text in modules.items()}
        sources = {"some_thing.py": source, **files}
        return plant(tmp_path / "site", "some-thing", {"some": "some_thing"}, sources)

    return start


@pytest.fixture
def formats(process, tmp_path):
    """The names of `list formats`, with a cache that is empty at first, and the warnings."""

    def start(path, **environment):
        environment = {"XDG_CACHE_HOME": str(tmp_path / "cache"), **environment}
        for _ in range(20):
            outcome = process("list", "formats", "--json", path=[path], **environment)
            assert outcome.status == 0, outcome.err
            if "goes on in the background; try again" not in outcome.err:  # so it does, where the machine is busy
                break
            time.sleep(0.5)
        return {row["name"] for row in json.loads(outcome.out)}, outcome.err

    return start


@pytest.fixture
def terminal(tmp_path, toy_path):
    """`terminal("run", "toy")`: the command on a terminal of 80 columns and 40 lines; what came there."""
    pty, termios = (
        pytest.importorskip(name, reason="a terminal of our own needs POSIX") for name in ("pty", "termios")
    )

    def start(*arguments, columns=80, lines=40, **environment):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (lines, columns))
        given = {"TERM": "xterm", "PYTHONPATH": os.pathsep.join(toy_path), "PYTHONIOENCODING": "utf-8", **environment}
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "seqforge", *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**kept, **given},
        )
        os.close(theirs)
        shown = []
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while data := os.read(ours, 65536):
                shown.append(data)
        os.close(ours)
        _, err = process.communicate(timeout=300)
        return Outcome(process.returncode, b"".join(shown).decode("utf-8", "replace"), err.decode())

    return start


@pytest.fixture
def check(process, plant, tmp_path):
    """`check(hooks, module)`: install a plugin and check it; the outcome, and what each check came to."""

    def start(hooks, module, *options, name="tested"):
        modules = {"tested_plugin.py": hooks, "tested.py": module}
        site = plant(tmp_path / "site", "a-tested_thing", {"tested": "tested_plugin"}, modules)
        outcome = process("plugins", "check", name, "--json", *options, path=[site])
        checks = json.loads(outcome.out)["checks"] if outcome.out else []
        return outcome, {(check["part"], check["property"]): check for check in checks}

    return start


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory, toy_path):
    """The folder of a finished `seqforge run toy`; read only."""
    folder = tmp_path_factory.mktemp("finished") / "toy"
    outcome = call("run", "toy", "--out", folder)
    assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture(scope="session")
def model_package(toy_run):
    """`model_package(folder, package=...)`: install a package with the toy run's model; gives the folder."""

    def start(folder, *, package="seqforge_toy_model", resource="model.safetensors"):
        plant(folder, package.replace("_", "-"), {"toy-model": f"{package}.plugin"})
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text("")
        shutil.copy(toy_run / "model.safetensors", folder / package)
        (folder / package / "plugin.py").write_text(
            "from seqforge import PretrainedSpec, hookimpl\n"
            "@hookimpl\ndef seqforge_register_models():\n"
            f"    return [PretrainedSpec(name='toy-model', package='{package}', resource='{resource}',\n"
            "                           summary='cycles, learnt', licence='CC0-1.0')]\n"
        )
        return folder

    return start


@pytest.fixture(scope="session")
def model_site(model_package, tmp_path_factory):
    """The folder of an installed package with the model `toy-model`."""
    return model_package(tmp_path_factory.mktemp("models") / "site")


@pytest.fixture
def pretrained(model_site, monkeypatch):
    """The model `toy-model` is installed."""
    monkeypatch.syspath_prepend(model_site)


@pytest.fixture(scope="session")
def toy_codec(registry):
    """The toy's codec with its usual alphabet, and 8 symbols."""
    return registry.find("codecs", "letters").load()(alphabet=5)


@pytest.fixture(scope="session")
def toy_pieces(registry, toy_codec):
    return tuple(registry.find("datasets", "cycles").load()(codec=toy_codec, groups=10).pieces())
