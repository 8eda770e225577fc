"""What two packages may both offer, and which of them is used."""

import pytest

ENGINE = (
    "from seqforge import BackendSpec, SamplerSpec, hookimpl\n"
    "@hookimpl\ndef seqforge_register_backends():\n"
    "    return [BackendSpec(name='numpy', target='nowhere:Engine', summary='x', architectures=('lstm',))]\n"
    "@hookimpl\ndef seqforge_register_samplers():\n"
    "    return [SamplerSpec(name='draw', target='nowhere:Draw', summary='x', stage='draw')]\n"
)
FORBIDS = """
from pathlib import Path
from seqforge import Option, SamplerSpec, hookimpl


class Notes:
    def __init__(self, *, bite):
        Path({log!r}).open("a").write(f"{name} {{bite}}\\n")

    def __call__(self, logits, history, token_class):
        return logits


@hookimpl
def seqforge_register_samplers():
    option = Option(name="bite", type=int, default={default}, help="x")
    return [SamplerSpec(name="{name}", target="{module}:Notes", summary="x", stage="penalty", options=(option,))]
"""


@pytest.fixture
def two(plant, tmp_path):
    """Two packages whose processors have an option of one name, and the file where they note its value."""
    log = tmp_path / "log"
    for name, default in (("first", 0), ("second", 5)):
        module = f"{name}_thing"
        source = FORBIDS.format(log=str(log), name=name, module=module, default=default)
        plant(tmp_path / "site", f"{name}-thing", {name: module}, {f"{module}.py": source})
    return [tmp_path / "site"], log


def test_of_two_packages_with_one_option_the_first_has_it(process, two, toy_run):
    path, log = two
    outcome = process("generate", toy_run, "--seed", "1", "--quiet", path=path)
    assert (outcome.status, outcome.err) == (
        0,
        "warning: plugin first of first-thing: the option 'bite' of samplers is also offered by plugin second of "
        "second-thing; first-thing:first alone gets what is set; type: seqforge plugins disable first-thing:first (or "
        "second-thing:second)\n",
    )
    assert not log.exists()
    outcome = process("generate", toy_run, "--seed", "1", "--quiet", "--set", "bite=2", path=path)
    assert outcome.status == 0, outcome.err
    assert set(log.read_text().splitlines()) == {"first 2"}


def test_names_of_the_core_mean_its_own_parts(process, plant, tmp_path, toy_run):
    path = [plant(tmp_path / "site", "engine-thing", {"engine": "engine_thing"}, {"engine_thing.py": ENGINE})]
    outcome = process("generate", toy_run, "--seed", "1", path=path)
    assert outcome.status == 0, outcome.err
    outcome = process("run", "toy", "--dry-run", "--set", "backend.name=auto", path=path)
    assert outcome.status == 0, outcome.err


def test_nobody_is_told_to_disable_the_core(process, plant, tmp_path):
    source = ENGINE.replace("name='draw'", "name='mine'")
    path = [plant(tmp_path / "site", "engine-thing", {"engine": "engine_thing"}, {"engine_thing.py": source})]
    assert process("list", "formats", path=path).err == (
        "warning: plugin core of seqforge-core: backend 'numpy' is also offered by plugin engine of engine-thing; "
        "write seqforge-core:numpy or engine-thing:numpy, or type: seqforge plugins disable engine-thing:engine\n"
    )
