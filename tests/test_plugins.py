"""Plugins of others: each is found, none can break what belongs to the rest."""

import json

import pytest

IMPORTS = "from seqforge import BackendSpec, CodecSpec, FormatSpec, RecipeSpec, SamplerSpec, hookimpl\n"
FORMAT = "FormatSpec(name={name!r}, target={target!r}, summary='a format', suffix='.{name}', codecs=('letters',))"
GOOD = IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n    return [{format}]\n".format(
    format=FORMAT.format(name="good", target="seqforge_toy.files:TextFile")
)

BROKEN = {
    "raises at import": ("1 / 0\n", "ZeroDivisionError: division by zero"),
    "ends the program": ("import sys\nsys.exit(7)\n", "SystemExit: 7"),
    "imports what is missing": ("import package_that_nobody_has\n", "No module named 'package_that_nobody_has'"),
    "is no Python": ("def :\n", "SyntaxError"),
    "has a wrong signature": (
        IMPORTS + "@hookimpl\ndef seqforge_register_formats(registry):\n    return []\n",
        "seqforge_register_formats",
    ),
    "raises in a hook": (
        IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n    raise KeyError('no')\n",
        "KeyError",
    ),
    "ends the program in a hook": (
        IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n    raise SystemExit(0)\n",
        "SystemExit",
    ),
    "returns nothing": (
        IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n    pass\n",
        "seqforge_register_formats gave None, which is no list of FormatSpec",
    ),
    "returns no spec": (
        GOOD + "@hookimpl\ndef seqforge_register_recipes():\n    return ['toy']\n",
        "'toy', which is no RecipeSpec",
    ),
    "returns the spec of another kind": (
        IMPORTS
        + "@hookimpl\ndef seqforge_register_recipes():\n"
        + f"    return [{FORMAT.format(name='x', target='y:Z')}]\n",
        "seqforge_register_recipes gave FormatSpec",
    ),
}


@pytest.fixture
def site(tmp_path, plant):
    """`site(name, source)`: a distribution `name` with one module and the entry point `entry`."""
    folder = tmp_path / "site of others"

    def start(name, source, entry="entry"):
        module = name.replace("-", "_")
        return plant(folder, name, {entry: module}, {f"{module}.py": source})

    return start


def names(outcome):
    return [row["name"] for row in json.loads(outcome.out)]


def test_a_format_whose_package_is_missing_is_left_out_unless_it_is_asked_for(process, site, tmp_path, toy_run):
    wanting = (
        FORMAT.format(name="wanting", target="wanting:File")[:-1] + ", requires=('nobody_has',), install='wanted')"
    )
    path = site("wanting", IMPORTS + f"@hookimpl\ndef seqforge_register_formats():\n    return [{wanting}]\n")
    assert process("generate", toy_run, "--out", tmp_path / "all", path=[path]).status == 0
    assert not list((tmp_path / "all").glob("*.wanting"))
    for command in (
        ("generate", toy_run, "--format", "wanting"),
        ("run", "toy", "--set", "samples.formats=['wanting']"),
    ):
        outcome = process(*command, "--out", tmp_path / "none", path=[path])
        assert (outcome.status, outcome.err.splitlines()[-1]) == (
            2,
            "error: format 'wanting' (nobody_has not found) needs a package that is not installed; "
            "type: python -m pip install wanted",
        )
        assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_plugin_is_named_and_the_others_go_on(process, site, how):
    source, cause = BROKEN[how]
    site("broken-thing", source)
    path = site("whole-thing", GOOD)
    outcome = process("list", "formats", "--json", path=[path])
    assert outcome.status == 0
    assert {"txt", "good"} <= set(names(outcome))
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("warning: plugin entry of broken-thing ")
    assert cause in outcome.err
    remedy = (
        "pip install package_that_nobody_has" if "missing" in how else "seqforge plugins disable broken-thing:entry"
    )
    assert outcome.err.endswith(f"type: {'python -m ' if 'missing' in how else ''}{remedy}\n")


def test_everything_works_beside_broken_plugins(process, site, tmp_path):
    for number, (source, _) in enumerate(BROKEN.values()):
        path = site(f"broken-{number}", source)
    settings = ("--set", "training.steps=2", "--set", "samples.count=1", "--json")
    outcome = process("run", "toy", "--out", "mine", *settings, path=[path])
    assert outcome.status == 0
    assert json.loads(outcome.out)["steps"] == 2
    warnings = [line for line in outcome.err.splitlines() if line.startswith("warning: ")]
    assert len(warnings) == len(BROKEN)
    assert process("generate", "mine", "--out", "takes", path=[path]).status == 0
    listed = json.loads(process("plugins", "list", "--json", path=[path]).out)
    states = {row["distribution"]: row for row in listed}
    assert states["seqforge-toy"]["state"] == states["seqforge-core"]["state"] == "ok"
    assert states["seqforge-toy"]["provides"]["formats"] == ["txt", "marks", "score"]
    assert states["broken-0"]["state"] == "failed"
    assert "ZeroDivisionError" in states["broken-0"]["cause"]
    assert all(not states[f"broken-{number}"]["provides"] for number in range(len(BROKEN)))


def test_what_a_broken_plugin_registered_before_it_failed_is_left_out(process, site):
    source, _ = BROKEN["returns no spec"]
    path = site("broken-thing", source)
    assert "good" not in names(process("list", "formats", "--json", path=[path]))


@pytest.mark.parametrize("entry", ["toy", "core"])
def test_a_broken_plugin_takes_nothing_from_one_with_an_entry_point_of_that_name(process, site, entry):
    path = site("zz-broken", "1 / 0\n", entry=entry)
    outcome = process("list", "formats", "--json", path=[path])
    assert "txt" in names(outcome)
    assert "numpy" in names(process("list", "backends", "--json", path=[path]))
    assert f"plugin {entry} of zz-broken" in outcome.err


def test_damaged_metadata_breaks_nothing(process, site):
    path = site("damaged-thing", GOOD)
    (path / "damaged_thing-0.1.0.dist-info" / "METADATA").unlink()
    outcome = process("list", "formats", "--json", path=[path])
    assert outcome.status == 0
    assert "txt" in names(outcome)
    assert "Traceback" not in outcome.err


def test_names_of_two_distributions_are_told_apart(process, site, tmp_path):
    source = (
        IMPORTS
        + f"@hookimpl\ndef seqforge_register_formats():\n    return [{FORMAT.format(name='txt', target='o:X')}]\n"
        + "@hookimpl\ndef seqforge_register_recipes():\n"
        + "    return [RecipeSpec(name='toy', package='seqforge_toy', resource='toy.toml', summary='the same')]\n"
        + "@hookimpl\ndef seqforge_register_backends():\n"
        + "    return [BackendSpec(name='mirror', target='o:X', summary='none', architectures=('lstm',))]\n"
    )
    path = [site("other-thing", source)]
    for arguments, kind, name in (
        (("run", "toy"), "recipe", "toy"),
        (("run", "seqforge-toy:toy", "--backend", "mirror"), "backend", "mirror"),
        (("run", "seqforge-toy:toy"), "format", "txt"),
    ):
        outcome = process(*arguments, path=path)
        assert (outcome.status, outcome.err.count("\n")) == (2, 2)
        warning, error = outcome.err.splitlines()
        assert warning.startswith(
            "warning: plugin entry of other-thing: backend 'mirror', format 'txt', recipe 'toy' are "
        )
        assert warning.endswith("plugins disable other-thing:entry (or seqforge-toy:toy)")
        assert f"{kind} '{name}' is offered by several packages" in error
        assert f"other-thing:{name} or seqforge-toy:{name}" in outcome.err
    assert sorted(file.name for file in tmp_path.iterdir()) == ["site of others"]

    chosen = ("--backend", "seqforge-toy:mirror", "--set", "samples.formats=['seqforge-toy:txt']")
    outcome = process("run", "seqforge-toy:toy", *chosen, "--out", "mine", path=path)
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "mine" / "samples" / "take-01.txt").is_file()
    assert process("run", "mine", "--out", "again", path=path).status == 0
    takes = process("generate", "mine", "--format", "seqforge-toy:txt", "--out", "takes", path=path)
    assert takes.status == 0, takes.err
    both = process("generate", "mine", "--out", "both", path=path)
    assert (both.status, both.err.count("\n")) == (0, 2)
    assert "format 'txt' of other-thing (entry point entry) can't be imported" in both.err
    assert (tmp_path / "both" / "take-01.txt").is_file(), "what nobody has asked for breaks nothing"
    asked = process("generate", "mine", "--format", "seqforge-toy:txt,other-thing:txt", "--out", "asked", path=path)
    assert asked.status == 2
    assert "seqforge-toy:txt and other-thing:txt both write .txt" in asked.err


def test_a_format_of_the_same_name_for_another_codec_is_not_meant(process, site, toy_run, tmp_path):
    spec = FORMAT.format(name="txt", target="o:X").replace("letters", "other")
    path = [site("other-thing", IMPORTS + f"@hookimpl\ndef seqforge_register_formats():\n    return [{spec}]\n")]
    outcome = process("generate", toy_run, "--format", "txt", "--seed", 1, "--out", tmp_path / "takes", path=path)
    assert (outcome.status, outcome.err) == (0, ""), "that two codecs have a format of that name is no fault"
    assert (tmp_path / "takes" / "take-01.txt").is_file()


def test_data_sets_codecs_and_samplers_of_two_distributions_are_told_apart(process, site, tmp_path):
    source = (
        "from seqforge import CodecSpec, DatasetSpec, SamplerSpec, hookimpl\n"
        "@hookimpl\ndef seqforge_register_codecs():\n"
        "    return [CodecSpec(name='letters', target='o:X', summary='none')]\n"
        "@hookimpl\ndef seqforge_register_datasets():\n"
        "    return [DatasetSpec(name='cycles', target='o:X', summary='none')]\n"
        "@hookimpl\ndef seqforge_register_samplers():\n"
        "    return [SamplerSpec(name='greedy', target='o:X', stage='draw', summary='none')]\n"
    )
    path = [site("other-thing", source)]
    settings = [
        ("--set", "codec.name='seqforge-toy:letters'"),
        ("--data", "seqforge-toy:cycles"),
        ("--set", "samples.sampling.sampler='seqforge-core:greedy'"),
    ]
    for left_out, words in enumerate(("codec 'letters'", "data set 'cycles'", "sampler 'greedy'")):
        given = [setting for place, setting in enumerate(settings) if place != left_out]
        if left_out == 2:
            given.append(("--set", "samples.sampling.sampler='greedy'"))
        outcome = process("run", "toy", *(word for setting in given for word in setting), path=path)
        assert outcome.status == 2
        assert f"error: {words} is offered by several packages" in outcome.err
    chosen = [word for setting in settings for word in setting]
    outcome = process("run", "toy", *chosen, "--set", "training.steps=2", "--out", "mine", path=path)
    assert outcome.status == 0, outcome.err
    assert process("run", "mine", "--out", "again", path=path).status == 0
    takes = process("generate", "mine", "--sampler", "seqforge-core:greedy", "--out", "takes", path=path)
    assert takes.status == 0, takes.err


TARGETS = {
    "a module that is missing": ("thing_that_nobody_has:Format", "No module named"),
    "a module that raises": ("bad_target:Format", "ZeroDivisionError"),
    "a module that ends the program": ("ending_target:Format", "SystemExit"),
    "a class that is missing": ("seqforge_toy.files:NoFormat", "NoFormat"),
}


@pytest.mark.parametrize("how", TARGETS)
def test_a_part_that_cannot_be_imported_is_the_fault_of_its_plugin(process, site, tmp_path, toy_run, how):
    target, cause = TARGETS[how]
    source = IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n    return [{format}]\n".format(
        format=FORMAT.format(name="sad", target=target)
    )
    path = site("sad-thing", source)
    (path / "bad_target.py").write_text("1 / 0\n")
    (path / "ending_target.py").write_text("raise SystemExit(0)\n")
    listed = process("list", "formats", "--json", path=[path])
    assert "sad" in names(listed)
    assert listed.err == ""
    outcome = process("generate", toy_run, "--format", "sad", "--out", "takes", path=[path])
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    for words in ("format 'sad'", "sad-thing", "entry point entry", cause, "reinstall sad-thing"):
        assert words in outcome.err
    assert not (tmp_path / "takes").exists()


def test_a_recipe_without_its_file_is_the_fault_of_its_plugin(process, site):
    source = (
        IMPORTS
        + "@hookimpl\ndef seqforge_register_recipes():\n    return [\n"
        + "        RecipeSpec(name='lost', package='seqforge_toy', resource='lost.toml', summary='none'),\n"
        + "        RecipeSpec(name='nowhere', package='package_that_nobody_has', resource='a.toml', summary='none'),\n"
        + "    ]\n"
    )
    path = site("sad-thing", source)
    for name in ("lost", "nowhere"):
        outcome = process("run", name, path=[path])
        assert (outcome.status, outcome.err.count("\n")) == (3, 1)
        assert f"recipe '{name}'" in outcome.err
        assert "sad-thing" in outcome.err


def test_a_requirement_inside_a_missing_package_is_missing(process, site):
    source = (
        IMPORTS
        + "@hookimpl\ndef seqforge_register_backends():\n"
        + "    return [BackendSpec(name='deep', target='o:X', summary='none', architectures=('lstm',),"
        + " requires=('package_that_nobody_has.below',))]\n"
    )
    path = [site("deep-thing", source)]
    rows = json.loads(process("list", "backends", "--json", path=path).out)
    states = {row["name"]: row["state"] for row in rows}
    assert states["deep"] == "not installed: package_that_nobody_has.below"
    outcome = process("run", "toy", "--backend", "deep", path=path)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "package_that_nobody_has" in outcome.err


def test_the_list_of_plugins_is_a_table(seqforge):
    shown = seqforge("plugins", "list").out.splitlines()
    assert shown[0].split() == ["plugin", "distribution", "version", "state", "origin", "provides"]
    (line,) = [line for line in shown if "seqforge-toy" in line]
    assert line.split()[:4] == ["toy", "seqforge-toy", "0.1.0", "ok"]
    assert "recipes: toy" in line


def test_a_part_that_raises_when_it_is_built_is_named(process, site):
    source = IMPORTS + (
        "class Sharp:\n    def __init__(self, **options):\n        raise KeyError('edge')\n"
        "@hookimpl\ndef seqforge_register_samplers():\n"
        "    return [SamplerSpec(name='sharp', target='sharp_thing:Sharp', summary='no', stage='draw')]\n"
    )
    path = site("sharp-thing", source)
    outcome = process("run", "toy", "--set", "samples.sampling.sampler=sharp", path=[path])
    assert outcome.status == 3
    assert "sampler 'sharp' of sharp-thing (entry point entry) can't be built: KeyError: 'edge'" in outcome.err
    assert outcome.err.count("\n") == 1


FAULTY = {
    "a format": (
        IMPORTS
        + "class Writer:\n    def write(self, work, path):\n        raise ValueError('no ink')\n\n"
        "@hookimpl\ndef seqforge_register_formats():\n    return [{format}]\n".format(
            format=FORMAT.format(name="ink", target="faulty_thing:Writer")
        ),
        ("--format", "ink"),
        "format 'ink' of faulty-thing (entry point entry) can't write take 1: ValueError: no ink",
    ),
    "a processor": (
        "from seqforge import Option\n" + IMPORTS + "class Twist:\n    def __init__(self, *, twist):\n        pass\n\n"
        "    def __call__(self, logits, history, token_class):\n        return logits[:, 10_000]\n\n"
        "@hookimpl\ndef seqforge_register_samplers():\n"
        "    return [SamplerSpec(name='twist', target='faulty_thing:Twist', summary='twists', stage='penalty',\n"
        "                        options=(Option(name='twist', type=float, default=0.0, help='how much'),))]\n",
        ("--set", "twist=1"),
        "sampler 'twist' of faulty-thing (entry point entry) can't change logits: IndexError",
    ),
}


@pytest.mark.parametrize("what", FAULTY)
def test_what_fails_while_it_works_is_named(process, site, toy_run, tmp_path, what):
    source, options, words = FAULTY[what]
    outcome = process("generate", toy_run, *options, "--out", "takes", path=[site("faulty-thing", source)])
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err.count("\n") == 1
    assert words in outcome.err
    assert not list(tmp_path.glob("takes/*")), "nothing half-done is left"
