"""The documentation: complete, up to date, and without a dead link. tests/e2e/test_pages.py runs what stands in it."""

import json
import re
import subprocess
import sys
import tomllib
from urllib.parse import urlsplit

import pages
import pytest
import typer

import seqforge
from seqforge import hookspecs
from seqforge.commands.app import make_app
from seqforge.configuration import RunConfig, known_keys
from seqforge.plugins import KINDS, Registry

REFERENCE = pages.DOCS / "reference"
ALL = pages.pages()
NAMES = [str(page.relative_to(pages.ROOT)) for page in ALL]


def reference(name):
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def commands():
    """Every command by the words that are typed, without those of the tests' own plugin."""
    foreign = {part.spec.name for part in registered("commands") if part.distribution == "seqforge-toy"}

    def walk(path, command, parent):
        yield path, command
        if hasattr(command, "list_commands"):
            context = command.context_class(command, info_name=path, parent=parent)
            for name in sorted(set(command.list_commands(context)) - (foreign if parent is None else set())):
                yield from walk(f"{path} {name}", command.get_command(context, name), context)

    return dict(walk("seqforge", typer.main.get_command(make_app(Registry.installed())), None))


def registered(kind):
    """The parts of a kind, if there is such a kind."""
    return Registry.installed().parts(kind) if kind in KINDS else []


def section(text, heading):
    """What stands below a heading, up to the next one of its kind."""
    level = heading.partition(" ")[0]
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^{level} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no '{heading}'"
    return found[1]


def test_the_reference_is_what_the_code_says_now(tmp_path):
    done = subprocess.run(
        [sys.executable, pages.DOCS / "_reference", tmp_path], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")}
    committed = {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.glob("*.md")}
    assert written.keys() == committed.keys(), "type: python docs/_reference"
    for name, text in written.items():
        assert text == committed[name], f"{name} is out of date; type: python docs/_reference"


def test_the_reference_does_not_depend_on_the_terminal(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("SEQFORGE_PLUGINS", "nothing")
    test_the_reference_is_what_the_code_says_now(tmp_path)


@pytest.mark.parametrize("name", [name for name, hook in vars(hookspecs).items() if hasattr(hook, "seqforge_spec")])
def test_every_hook_is_documented(name):
    assert section(reference("hooks"), f"## {name}").strip()


def test_every_field_of_a_spec_is_documented():
    for name in (name for name in hookspecs.__all__ if name.endswith("Spec") or name == "Measure"):
        text = section(reference("hooks"), f"### {name}")
        for field in getattr(hookspecs, name).__dataclass_fields__:
            assert f"| `{field}` |" in text, f"{name}.{field}"


@pytest.mark.parametrize("path", commands())
def test_every_command_and_option_is_documented(path):
    command = commands()[path]
    text = section(reference("commands"), f"## {path}")
    assert command.help.strip() in text
    of_plugins = {option.name for part in registered("codecs") for option in part.spec.prompt_options}
    of_plugins |= {option.name for part in registered("formats") for option in part.spec.options}
    for parameter in command.params:
        assert parameter.help, f"{path} {parameter.name} says nothing of itself"
        if parameter.name in of_plugins:  # those of the toy are in no reference; test_pages.py looks for the others
            continue
        written = (
            parameter.opts if parameter.param_type_name == "option" else [parameter.metavar or parameter.name.upper()]
        )
        for name in written:
            assert name.replace("|", "\\|") in text, f"{path} {name}"


@pytest.mark.parametrize("key", known_keys())
def test_every_key_is_documented(key):
    assert f"| `{key}` |" in reference("configuration")
    section_, _, name = key.rpartition(".")
    model = RunConfig
    for word in filter(None, section_.split(".")):
        model = model.model_fields[word].annotation
    assert model.model_fields[name].description, f"{key} has no description"


def test_every_option_of_the_core_is_documented():
    text = reference("parts")
    for kind, prefix in (("samplers", "samples.sampling."), ("backends", "backend.numpy.")):
        for part in Registry.installed().parts(kind):
            if part.distribution == "seqforge-core":
                assert f"### {part.spec.name}" in text
                for option in part.spec.options:
                    assert f"| `{prefix}{option.name}` |" in text
    for option in seqforge.LSTM().options:
        assert f"| `model.lstm.{option.name}` |" in text


def test_every_part_of_the_plugins_of_this_repository_is_documented():
    text = reference("parts")
    for project in sorted((pages.ROOT / "plugins").glob("*/pyproject.toml")):
        name = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["name"]
        assert f"From `{name}`." in text, name


@pytest.mark.parametrize("name", seqforge.__all__)
def test_every_public_name_is_documented(name):
    text = reference("names")
    assert f"### {name}\n" in text or f"| `{name}` |" in text or f"| [`{name}`](" in text


@pytest.mark.parametrize("page", ALL, ids=NAMES)
def test_every_link_leads_somewhere(page):
    for target in pages.links(page):
        if "://" in target:
            parts = urlsplit(target)
            assert parts.scheme == "https", f"{target}: https, please"
            assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), target
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{target}: no such file"
        assert found.is_relative_to(pages.ROOT), target
        if anchor:
            assert anchor in pages.anchors(found), f"{target}: no such heading"


@pytest.mark.parametrize("page", ALL, ids=NAMES)
def test_every_block_runs_or_says_why_not(page):
    for block in pages.blocks(page):
        assert block.language in pages.KNOWN, f"{block}: the language is '{block.language}'"
        if block.language == "text":
            lines = block.text.splitlines()
            assert not [line for line in lines if re.match(r"(\$ )?(seqforge|python -m) ", line)], (
                f"{block} has commands"
            )
        if block.not_run:
            assert len(block.not_run) > 10, f"{block}: say why"


def test_the_start_page_leads_to_every_page():
    linked = {target.partition("#")[0] for target in pages.links(pages.DOCS / "index.md")}
    own = {path.relative_to(pages.DOCS).as_posix() for path in pages.DOCS.rglob("*.md")} - {"index.md"}
    assert own <= linked


def test_the_toml_of_the_pages_is_toml():
    for page in ALL:
        for block in pages.blocks(page):
            if block.language == "toml":
                assert json.dumps(tomllib.loads(block.text), default=str)
