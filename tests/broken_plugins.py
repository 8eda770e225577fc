"""Eight plugins that are broken in eight ways; each is named by its distribution and entry point with a remedy."""

from dataclasses import dataclass

IMPORTS = "from seqforge import CodecSpec, FormatSpec, RecipeSpec, hookimpl\n"
FORMATS = IMPORTS + "@hookimpl\ndef seqforge_register_formats({arguments}):\n    return [{format}]\n"
FORMAT = "FormatSpec(name={name!r}, target='seqforge_toy.files:TextFile', summary='a format', suffix='.x', codecs=())"
GOOD = FORMATS.replace("{arguments}", "")


def hooks(name):
    return GOOD.format(format=FORMAT.format(name=name))


@dataclass(frozen=True)
class Broken:
    """A plugin's hook module, what is said of it, and what is to be done."""

    source: str
    cause: str
    remedy: str
    state: str = "failed"
    requires: tuple[str, ...] = ()


def _good(name, arguments=""):
    return FORMATS.format(arguments=arguments, format=FORMAT.format(name=name))


def _disable(name):
    return f"seqforge plugins disable {name}-thing:{name}"


BROKEN = {
    "raises": Broken("1 / 0\n", "ZeroDivisionError: division by zero (raises_thing.py, line 1)", _disable("raises")),
    "hangs": Broken("import time\ntime.sleep(1000)\n", "its import takes longer than 10 seconds", _disable("hangs")),
    "exits": Broken(
        "import os\nos._exit(0)\n", "ends the process when it is imported (exit status 0)", _disable("exits")
    ),
    "prints": Broken(
        "print('hello', flush=True)\nimport os\nos.system('echo there')\n" + _good("printed"),
        "it prints when it is imported ('hello there')",
        _disable("prints"),
        state="ok",
    ),
    "signature": Broken(
        _good("signed", "registry"),
        "seqforge_register_formats has a wrong signature: it takes registry; it must take no argument",
        _disable("signature"),
    ),
    "version": Broken(
        _good("versioned"),
        "it needs seqforge-core<9.1,>=9.0, and 0.1.0 is installed",
        "python -m pip install --upgrade version-thing seqforge-core",
        requires=("seqforge-core>=9.0,<9.1",),
    ),
    "duplicate": Broken(
        _good("marks"),
        "format 'marks' is also offered by plugin toy of seqforge-toy",
        "write duplicate-thing:marks or seqforge-toy:marks",
        state="ok",
    ),
    "framework": Broken(
        "import framework_that_nobody_has\n" + _good("framed"),
        "No module named 'framework_that_nobody_has'",
        "python -m pip install framework_that_nobody_has",
    ),
}


def plant_broken(plant, folder):
    """Install them all; entry point `raises` is of distribution `raises-thing`, and so on."""
    for name, broken in BROKEN.items():
        modules = {f"{name}_thing.py": broken.source}
        plant(folder, f"{name}-thing", {name: f"{name}_thing"}, modules, broken.requires)
    return folder
