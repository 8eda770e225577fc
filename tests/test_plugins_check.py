"""`seqforge plugins check`: what it finds and says, its exit status; wrong samplers, readers and formats."""

import json

import pytest

IMPORTS = "from seqforge import FormatSpec, ReaderSpec, SamplerSpec, hookimpl\n"

SAMPLERS = {
    "tokens come as often as their probability says": "return right(2 * logits, uniform)",
    "what is forbidden is never taken": (
        "return np.where(uniform < 0.001, 0, right(logits, uniform)).astype(np.int32)"
    ),
    "rows know nothing of one another": "return right(logits, np.roll(uniform, 1))",
    "equal requests give equal tokens": "return right(logits, (uniform + next(numbers) * 0.37) % 1)",
}

SAMPLER = """
import itertools
import numpy as np
from seqforge.generation.samplers import Draw
right, numbers = Draw(), itertools.count()

class Sampler:
    def __call__(self, logits, uniform):
        {change}
"""


def of(checks, outcome, part):
    return [name for (its, name), check in checks.items() if check["outcome"] == outcome and its == part]


def sampler_hooks(stage="draw", options=""):
    return (
        IMPORTS
        + "from seqforge import Option\n@hookimpl\ndef seqforge_register_samplers():\n"
        + f"    return [SamplerSpec(name='tested', target='tested:Sampler', summary='x', stage={stage!r}{options})]\n"
    )


@pytest.mark.parametrize("broken", SAMPLERS)
def test_a_wrong_sampler_is_blamed_for_what_is_wrong(check, broken):
    outcome, checks = check(sampler_hooks(), SAMPLER.format(change=SAMPLERS[broken]))
    assert of(checks, "failed", "sampler tested") == [broken]
    assert outcome.status == 3


def test_a_sampler_of_another_distribution_can_say_so(check):
    module = SAMPLER.format(change=SAMPLERS["tokens come as often as their probability says"])
    outcome, checks = check(sampler_hooks(options=", lacks=('softmax distribution',)"), module)
    assert (outcome.status, of(checks, "failed", "sampler tested")) == (0, [])
    assert "tokens come as often as their probability says" in of(checks, "does not apply", "sampler tested")


def test_a_stage_that_nobody_knows_is_named(check):
    module = (
        "class Sampler:\n    def __init__(self, *, odd):\n        pass\n"
        "    def __call__(self, logits, history, token_class):\n        return logits\n"
    )
    option = ", options=(Option(name='odd', type=bool, default=False, help='x'),)"
    outcome, _ = check(sampler_hooks("afterwards", option), module)
    assert outcome.status == 3
    assert "stage is 'afterwards'; allowed: penalty, temperature, truncation, draw, search" in outcome.err


def test_a_processor_is_checked_with_values_that_switch_it_on(check):
    module = (
        "import numpy as np\nclass Sampler:\n    def __init__(self, *, strength):\n        self.strength = strength\n"
        "    def __call__(self, logits, history, token_class):\n"
        "        return np.where(np.isneginf(logits), -self.strength, logits)\n"
    )
    option = ", options=(Option(name='strength', type=float, default=0.0, minimum=0, maximum=8, help='x'),)"
    _, checks = check(sampler_hooks("penalty", option), module)
    assert of(checks, "failed", "sampler tested") == ["what is forbidden stays forbidden"]
    assert checks["sampler tested", "what is forbidden stays forbidden"]["detail"].startswith("(strength 0.08)")


def test_parts_that_need_help_are_not_checked_and_say_what_helps(check):
    hooks = (
        IMPORTS + "@hookimpl\ndef seqforge_register_readers():\n"
        "    return [ReaderSpec(name='tested', target='tested:Reader', summary='x', suffixes=('.tested',))]\n"
        "@hookimpl\ndef seqforge_register_formats():\n"
        "    return [FormatSpec(name='tested', target='tested:Format', summary='x', suffix='.t',\n"
        "                       codecs=('nobodys',))]\n"
    )
    module = (
        "from seqforge_toy.files import LettersReader, TextFile\n"
        "class Reader(LettersReader):\n    def __init__(self):\n        super().__init__(first_line=1)\n"
        "class Format(TextFile):\n    pass\n"
    )
    outcome, checks = check(hooks, module)
    assert (outcome.status, outcome.err) == (0, "")
    assert "its files give works" in of(checks, "not checked", "reader tested")
    assert "a folder is refused" in of(checks, "passed", "reader tested")
    assert "equal works give equal bytes" in of(checks, "not checked", "format tested")
    assert "--data" in checks["reader tested", "its files give works"]["detail"]


def test_data_helps(process, plant, tmp_path):
    hooks = (
        IMPORTS + "@hookimpl\ndef seqforge_register_readers():\n"
        "    return [ReaderSpec(name='tested', target='tested:Reader', summary='x', suffixes=('.tested',),\n"
        "                       codecs=('letters',))]\n"
    )
    module = (
        "from seqforge_toy.files import LettersReader\n"
        "class Reader(LettersReader):\n    def __init__(self):\n        super().__init__(first_line=1)\n"
    )
    modules = {"tested_plugin.py": hooks, "tested.py": module}
    site = plant(tmp_path / "site", "tested-thing", {"tested": "tested_plugin"}, modules)
    (tmp_path / "some.tested").write_text("bach a.b-\nbach c.c.\n")
    outcome = process("plugins", "check", "tested", "--data", "some.tested", path=[site])
    assert (outcome.status, outcome.err) == (0, "")
    *lines, summary = outcome.out.splitlines()
    assert all(line.startswith("passed  ") for line in lines)
    assert "its files give works" in outcome.out
    assert summary == f"{len(lines)} checks: {len(lines)} passed"


BROKEN_READERS = {
    "an error that is none of ours": ("raise ZeroDivisionError('no')", "random bytes are refused or read"),
    "a work where there is none": ("return [Letters('a.', 'n', 'g')]", "an empty file gives no work"),
    "a file that was not there": (
        "path.touch(); raise DataError('no')",
        "a missing file is refused and not made",
    ),
}


@pytest.mark.parametrize("what", BROKEN_READERS)
def test_a_wrong_reader_is_blamed_for_what_is_wrong(check, what):
    hooks = (
        IMPORTS + "@hookimpl\ndef seqforge_register_readers():\n"
        "    return [ReaderSpec(name='tested', target='tested:Reader', summary='x', suffixes=('.tested',),\n"
        "                       codecs=('letters',))]\n"
    )
    body, broken = BROKEN_READERS[what]
    module = (
        "from seqforge import DataError\nfrom seqforge_toy.letters import Letters\n"
        f"class Reader:\n    def read(self, path):\n        {body}\n"
    )
    outcome, checks = check(hooks, module)
    assert broken in of(checks, "failed", "reader tested")
    assert outcome.status == 3


BROKEN_FORMATS = {
    "equal works give equal bytes": "path.write_text(f'{work} {path.name}')",
    "a file is written and nothing else": "path.write_text(str(work)); path.with_suffix('.bak').write_text('x')",
    "what was there is replaced": "f = path.open('a'); f.write(str(work)); f.close()",
    "a folder that is not there is an error": "path.parent.mkdir(exist_ok=True); path.write_text(str(work))",
}


@pytest.mark.parametrize("broken", BROKEN_FORMATS)
def test_a_wrong_format_is_blamed_for_what_is_wrong(check, broken):
    hooks = (
        IMPORTS + "@hookimpl\ndef seqforge_register_formats():\n"
        "    return [FormatSpec(name='tested', target='tested:Format', summary='x', suffix='.t',\n"
        "                       codecs=('letters',))]\n"
    )
    module = f"class Format:\n    def write(self, work, path):\n        {BROKEN_FORMATS[broken]}\n"
    outcome, checks = check(hooks, module)
    assert broken in of(checks, "failed", "format tested")
    assert outcome.status == 3
    if broken != "what was there is replaced":  # what appends gives equal works different bytes, too
        assert of(checks, "failed", "format tested") == [broken]


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("1 / 0\n", "can't be imported: ZeroDivisionError"),
        ("class Sampler:\n    def __init__(self, *, needed):\n        pass\n", "can't be built: TypeError"),
        ("import os\nos._exit(7)\n", "the process ended with exit status 7"),
        ("class Sampler:\n    def __call__(self, *_):\n        import os\n        os._exit(7)\n", "exit status 7"),
    ],
)
def test_a_part_that_breaks_the_process_is_named(check, module, words):
    outcome, checks = check(sampler_hooks(), module)
    (failed,) = [record for record in checks.values() if record["outcome"] == "failed"]
    assert failed["part"] == "sampler tested"
    assert words in failed["detail"]  # and nothing else is blamed
    assert outcome.status == 3


def test_the_core_keeps_its_own_promises(process):
    outcome = process("plugins", "check", "core")
    assert (outcome.status, outcome.err) == (0, "")
    *lines, summary = outcome.out.splitlines()
    assert "passed          backend numpy: gradients are those of finite differences" in lines
    others = [line for line in lines if not line.startswith(("passed  ", "does not apply  "))]
    # what it does is tried by tests/test_local_launcher.py
    assert [line.partition(": ")[0] for line in others] == ["not checked     launcher local"]
    assert summary.startswith(f"{len(lines)} checks: ")
    assert process("plugins", "check", "seqforge_core", "--json").status == 0


def test_a_part_whose_package_is_missing_is_not_checked(process):
    checks = json.loads(process("plugins", "check", "toy", "--json").out)["checks"]
    (absent,) = [check for check in checks if check["part"] == "backend absent"]
    assert absent["outcome"] == "not checked"
    assert "seqforge_engine_that_nobody_has is not installed" in absent["detail"]


def test_an_unknown_plugin_is_a_wrong_request(process):
    outcome = process("plugins", "check", "tyo")
    assert outcome.status == 2
    assert outcome.err.startswith("error: unknown plugin 'tyo'; did you mean 'toy'?")


def test_a_plugin_that_can_not_be_loaded_is_at_fault(check):
    outcome, _ = check("1 / 0\n", "")
    assert outcome.status == 3
    assert outcome.err.startswith("error: plugin tested of a-tested_thing is left out: ZeroDivisionError")
    assert outcome.err.count("\n") == 1


def test_plugins_of_one_name_are_told_apart(process, plant, tmp_path):
    for distribution in ("first-thing", "second-thing"):
        module = distribution.replace("-", "_")
        plant(tmp_path / "site", distribution, {"same": module}, {f"{module}.py": IMPORTS})
    outcome = process("plugins", "check", "same", path=[tmp_path / "site"])
    assert outcome.status == 2
    assert "write first-thing:same or second-thing:same" in outcome.err
    outcome = process("plugins", "check", "second-thing:same", path=[tmp_path / "site"])
    assert (outcome.status, outcome.out) == (0, "0 checks: nothing to check\n")


def test_without_pytest_it_says_what_to_type(process, tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'pytest' else found(name, *rest)\n"
    )
    outcome = process("plugins", "check", "core", path=[hidden])
    assert outcome.status == 2
    assert outcome.err.endswith("is not installed; type: python -m pip install pytest\n")
