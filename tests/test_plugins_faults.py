"""What the hooks of a plugin may do wrong, and what its author is told."""

import re

import pytest
from broken_plugins import FORMAT, GOOD, hooks

from seqforge.configuration import DataConfig, RunConfig
from seqforge.plugins.reserved import DATA_KEYS, GENERATE_OPTIONS, SECTION_KEYS


def part(kind, more=""):
    """A hook module that offers a part `x` of a kind."""
    return (
        f"from seqforge import {kind}Spec, Option, hookimpl\n@hookimpl\ndef seqforge_register_{kind.lower()}s():\n"
        f"    return [{kind}Spec(name='x', target='seqforge_toy.files:TextFile', summary='x', {more})]\n"
    )


def sampler(more):
    return part("Sampler", more)


def optional(*names):
    """A hook module that offers a format with whole numbers as options."""
    options = "".join(f"Option(name={name!r}, type=int, default=0, help='x'), " for name in names)
    return part("Format", f"suffix='.x', codecs=(), options=({options})")


FAULTS = {
    "a hook with a wrong name": (
        hooks("x").replace("register_formats", "register_format"),
        "there is no hook seqforge_register_format; did you mean seqforge_register_formats?; update",
    ),
    "a hook that nobody calls": (
        hooks("x").replace("seqforge_register_formats", "formats"),
        "there is no hook formats; there are seqforge_register_datasets, ",
    ),
    "a hook without its mark": (
        hooks("x").replace("@hookimpl\n", ""),
        "seqforge_register_formats lacks @seqforge.hookimpl",
    ),
    "a name that is no word": (hooks("two words"), "name is 'two words'; allowed: a word without blanks and colons"),
    "a name like an option": (hooks("--help"), "name is '--help'; allowed: a word without blanks and colons, not "),
    "a stage that is none": (
        sampler("stage='draw_it'"),
        "x: stage is 'draw_it'; allowed: penalty, temperature, truncation, draw, search",
    ),
    "an option of generate in a format": (optional("seed"), "x: options: 'seed' is a name of seqforge's own"),
    "help as an option of a format": (optional("help"), "x: options: 'help' is a name of seqforge's own"),
    "an option of generate in a codec": (
        part("Codec", "prompt_options=(Option(name='no_copy', type=int, default=0, help='x'),)"),
        "x: prompt_options: 'no_copy' is a name of seqforge's own, which can't be replaced; it needs another name",
    ),
    "a sampling option of the core": (
        sampler("stage='penalty', options=(Option(name='top_k', type=int, default=3, help='x'),)"),
        "x: options: 'top_k' is a name of seqforge's own",
    ),
    "sampler as an option of a sampler": (
        sampler("stage='penalty', options=(Option(name='sampler', type=str, default='', help='x'),)"),
        "x: options: 'sampler' is a name of seqforge's own",
    ),
    "a key of data in a reader": (
        part("Reader", "suffixes=('.x',), options=(Option(name='split', type=str, default='', help='x'),)"),
        "x: options: 'split' is a name of seqforge's own",
    ),
    "a key of data in a data set": (
        part("Dataset", "options=(Option(name='source', type=str, default='', help='x'),)"),
        "x: options: 'source' is a name of seqforge's own",
    ),
    "a codec of the name of a key": (part("Codec").replace("'x'", "'name'", 1), "it is called 'name', which is a key"),
    "an architecture of the name of a key": (
        part("Backend", "architectures=('start',)"),
        "x: architecture 'start' is called as a key",
    ),
    "an option with a hyphen": (optional("late-gap"), "x: options: name is 'late-gap'; allowed: words in lower case"),
    "an option with a word of Python's": (optional("class"), "x: options: name is 'class'; allowed: words in lower"),
    "an option twice": (optional("gap", "gap"), "x: options: 'gap' is there twice"),
    "a default of another type": (
        optional("gap").replace("default=0", "default='much'"),
        "x: options: default of gap is 'much'; allowed: a whole number",
    ),
    "a default beyond the limits": (
        optional("gap").replace("default=0", "default=0, minimum=1"),
        "x: options: default of gap is 0; allowed: a whole number of at least 1",
    ),
    "a default that is no choice": (
        optional("gap").replace("type=int, default=0", "type=str, default='', choices=('a', 'b')"),
        "x: options: default of gap is ''; allowed: a, b",
    ),
    "a type that is none": (
        optional("gap").replace("type=int", "type=list"),
        "x: options: gap: type is <class 'list'>; allowed: str, int, float, bool",
    ),
    "an option that two samplers declare in two ways": (
        sampler("stage='penalty', options=(Option(name='bite', type=int, default=3, help='x'),)").replace(
            "    return [",
            "    return [SamplerSpec(name='y', target='a:B', summary='x', stage='penalty',\n"
            "                        options=(Option(name='bite', type=int, default=0, help='x'),)), ",
        ),
        "its samplers share the option 'bite', and do not declare it alike",
    ),
    "a name twice": (
        GOOD.format(format=", ".join([FORMAT.format(name="x")] * 2)),
        "it offers format 'x' twice",
    ),
    "a text for a tuple": (
        hooks("x").replace("codecs=()", "codecs='melody'"),
        "x: codecs is 'melody'; allowed: a tuple of texts",
    ),
    "a number for a text": (hooks("x").replace("'a format'", "3"), "x: summary is 3; allowed: a text"),
    "a target without a class": (
        hooks("x").replace("seqforge_toy.files:TextFile", "seqforge_toy.files"),
        "x: target is 'seqforge_toy.files'; allowed: package.module:Name",
    ),
    "a generator": (hooks("x").replace("return [", "yield [ "), "seqforge_register_formats gave <generator object"),
    "a framework that a hook imports": (
        hooks("x").replace("    return", "    import nobody_has\n    return"),
        "raises ModuleNotFoundError: No module named 'nobody_has' (some_thing.py, line 4); "
        "type: python -m pip install nobody_has",
    ),
    "an error of its own kind": (
        "class Odd(BaseException): pass\nraise Odd('end')\n",
        "Odd: end (some_thing.py, line 2)",
    ),
    "an interrupt": ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
    "a crash": ("import os\nos.abort()\n", "ends the process when it is imported (signal 6"),
    "options of the core's own sampler": (
        sampler("stage='search', options=(Option(name='beam_width', type=int, default=8, help='x'),)"),
        "x: options: 'beam_width' is a name of seqforge's own",
    ),
    "a module that is not there": ("from some_thing import nothing\n", "ImportError: cannot import name 'nothing'"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_of_the_hooks_is_named(site, formats, what):
    source, words = FAULTS[what]
    found, errors = formats(site(source))
    assert "txt" in found
    assert errors.count("\n") == 1
    assert errors.startswith("warning: plugin some of some-thing is left out: ")
    assert words in errors


def test_an_entry_point_that_names_no_module_is_quoted(plant, formats, tmp_path):
    path = plant(tmp_path / "site", "some-thing", {"some": "nowhere at all"})
    assert formats(path)[1] == (
        "warning: plugin some of some-thing is left out: its entry point names 'nowhere at all'; allowed: a module "
        "with hooks, package.module; update some-thing, or type: seqforge plugins disable some-thing:some\n"
    )


def test_an_author_is_told_which_file_to_mend(site, formats, tmp_path):
    path = site("1 / 0\n")
    (path / "some_thing-0.1.0.dist-info" / "direct_url.json").write_text(
        '{"url": "file:///somewhere", "dir_info": {"editable": true}}'
    )
    assert f"; mend {path / 'some_thing.py'}, or type: seqforge plugins disable" in formats(path)[1]


def test_the_names_that_no_option_can_have_are_those_of_the_core(process):
    """The options in the help of `generate` without plugins, and the keys of the configuration."""
    outcome = process("generate", "--help", SEQFORGE_PLUGINS="")
    assert outcome.status == 0, outcome.err
    lines = [line.split("  ")[1] for line in outcome.out.splitlines() if re.match(r"  -", line)]
    shown = {flag.lstrip("-").replace("-", "_") for line in lines for flag in re.findall(r"(?<!\S)--?[a-z-]+", line)}
    assert {"seed", "n", "help", "temperature"} <= shown
    assert shown | {"context", "model"} == set(GENERATE_OPTIONS)
    assert set(DataConfig.model_fields) == set(DATA_KEYS)
    sections = {"codecs": "codec", "backends": "backend", "architectures": "model", "launchers": "launcher"}
    for kind, section in {**sections, "callbacks": "callbacks"}.items():
        assert set(RunConfig.model_fields[section].annotation.model_fields) == set(SECTION_KEYS[kind])
