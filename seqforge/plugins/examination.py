"""Looking at one plugin: importing its hook module and calling its hooks, in a process that may be lost by that."""

from __future__ import annotations

import email.parser  # noqa: F401  # with it, a copy of this process need not read metadata's library again
import importlib.metadata
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

import seqforge
from seqforge.plugins.grounds import grounds, is_of_others, logged, watch
from seqforge.plugins.hooks import HookFault, collect
from seqforge.plugins.manifest import Manifest
from seqforge.plugins.plugin import CORE, UNREADABLE, Plugin, normal, usual_remedy

__all__ = ["HEAVY", "examine", "fault_of", "lost", "one_line", "required"]

HEAVY = ("numpy", "torch", "tensorflow", "keras", "jax", "scipy", "pandas", "sklearn", "matplotlib", "music21")
"""Packages that a hook module should not import: every start would wait for them."""

_LONGEST = 300
_LOST_SECONDS = 300.0
"""How long it counts that a process was lost: a machine that was busy, or short of memory, may be the cause."""
_VALUE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(\s*:\s*[\w.]+)?\s*(\[.*\])?\s*")


class WrongCore(Exception):
    """The plugin is made for another version of the core."""


class DamagedEntryPoints(Exception):
    """The distribution's list of plugins can't be read."""


def examine(plugin: Plugin, log: Path) -> Manifest:
    """What a plugin registers, or what is wrong with it; the files that this reads go to `log`."""
    watch(log)
    started = time.process_time()
    try:
        _refuse_unreadable(plugin)
        _refuse_other_core(plugin)
        _refuse_no_module(plugin)
        module = importlib.metadata.EntryPoint(plugin.entry_point, plugin.value, "seqforge").load()
        seconds = time.process_time() - started
        specs = collect(module, is_core=plugin.distribution == CORE)
    except BaseException as error:  # noqa: BLE001  # whatever a plugin does wrong is its own fault
        cause, remedy, missing = fault_of(plugin, error)
        rests_on = grounds(plugin, logged(log), is_faulty=True)
        return Manifest(cause=cause, remedy=remedy, missing=missing, rests_on=rests_on)
    heavy = tuple(name for name in HEAVY if name in sys.modules)
    rests_on = grounds(plugin, logged(log), is_faulty=False)
    return Manifest(specs=specs, seconds=seconds, heavy=heavy, rests_on=rests_on)


def lost(plugin: Plugin, log: Path, cause: str) -> Manifest:
    """What is kept of a plugin whose process was lost: it may do better in a few minutes, with no file changed."""
    rests_on = grounds(plugin, logged(log), is_faulty=True)
    until = time.time() + _LOST_SECONDS
    return Manifest(cause=one_line(cause), remedy=usual_remedy(plugin), rests_on=rests_on, until=until)


def fault_of(plugin: Plugin, error: BaseException) -> tuple[str, str, str]:
    """Cause and remedy of what a plugin raised, and the module that it lacks."""
    if isinstance(error, WrongCore):
        return str(error), f"type: python -m pip install --upgrade {plugin.distribution} {CORE}", ""
    if isinstance(error, DamagedEntryPoints):
        return str(error), f"reinstall {plugin.distribution}, or type: seqforge plugins disable {plugin.full_name}", ""
    inner = error.__cause__ if isinstance(error, HookFault) else error
    words = str(error) if isinstance(error, HookFault) else f"{type(error).__name__}: {error}"
    cause = one_line(f"{words}{_place(inner)}")
    if isinstance(inner, ModuleNotFoundError) and inner.name:
        missing = inner.name.partition(".")[0]
        if missing != plugin.value.partition(".")[0].partition(":")[0]:
            return cause, f"type: python -m pip install {missing}", inner.name
    if isinstance(error, SystemExit):
        cause = f"it ends the program when it is imported ({cause})"
    return cause, usual_remedy(plugin), ""


def one_line(text: str) -> str:
    """A message on one line that is not too long."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} ..."


def required(plugin: Plugin) -> Iterator[Requirement]:
    """What the plugin's distribution always requires; an error of some kind if its metadata are damaged."""
    for requirement in map(Requirement, _distribution(plugin).requires or []):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _distribution(plugin: Plugin) -> importlib.metadata.Distribution:
    if plugin.metadata:
        return importlib.metadata.PathDistribution(Path(plugin.metadata))
    return importlib.metadata.distribution(plugin.distribution)


def _refuse_unreadable(plugin: Plugin) -> None:
    """`DamagedEntryPoints` if what stands for the plugin is that the distribution does not tell its plugins."""
    if plugin.entry_point == UNREADABLE and not plugin.value:
        try:
            _ = _distribution(plugin).entry_points
        except Exception as error:
            file = os.path.join(plugin.metadata, "entry_points.txt")  # noqa: PTH118
            raise DamagedEntryPoints(one_line(f"{file} can't be read ({type(error).__name__}: {error})")) from error


def _refuse_other_core(plugin: Plugin) -> None:
    """`WrongCore` if the requirements of the plugin's distribution do not admit the core that is installed."""
    try:
        wanted = [requirement for requirement in required(plugin) if normal(requirement.name) == CORE]
    except Exception:  # noqa: BLE001  # metadata that are damaged say nothing about the core
        return
    for requirement in wanted:
        if not requirement.specifier.contains(seqforge.__version__, prereleases=True):
            raise WrongCore(f"it needs {CORE}{requirement.specifier}, and {seqforge.__version__} is installed")


def _refuse_no_module(plugin: Plugin) -> None:
    """`HookFault` if the value of the entry point can't name a module."""
    if not _VALUE.fullmatch(plugin.value):
        raise HookFault(f"its entry point names '{plugin.value}'; allowed: a module with hooks, package.module")


def _place(error: BaseException | None) -> str:
    """File and line of the plugin where an error came from."""
    if error is None:
        return ""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_of_others(Path(frame.filename))]
    frames = [frame for frame in frames if not frame.filename.startswith("<")]
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
