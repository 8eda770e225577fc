"""A part that somebody registered, and the import of its target: the one place where plugins are imported."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from typing import Any

from seqforge.errors import NotInstalled, PluginError, SeqforgeError
from seqforge.hookspecs import FormatSpec
from seqforge.plugins.kinds import KINDS
from seqforge.plugins.remedy import remedy
from seqforge.plugins.spec_values import from_values, to_values

__all__ = ["Part", "is_installed", "is_usual", "missing_requirements", "output_to_stderr", "short_name"]


@dataclass(frozen=True)
class Part:
    """A registered spec and where it comes from."""

    kind: str
    spec: Any
    distribution: str
    entry_point: str

    def __str__(self) -> str:
        return f"{KINDS[self.kind]} '{self.spec.name}' of {self.distribution} (entry point {self.entry_point})"

    def load(self) -> Any:
        """Import the target. `NotInstalled` if a requirement is missing, `PluginError` if the import fails."""
        missing = missing_requirements(self.spec)
        if missing:
            install = getattr(self.spec, "install", "") or " ".join(missing)
            raise NotInstalled(f"{KINDS[self.kind]} '{self.spec.name}' ({', '.join(missing)} not found)", install)
        try:
            with output_to_stderr():
                return self.target()
        except (KeyboardInterrupt, NotInstalled):
            raise
        except BaseException as error:
            raise PluginError(f"{self} can't be imported: {'; '.join(self.blame(error))}") from error

    def target(self) -> Any:
        """Import the target, come what may."""
        module, _, attribute = self.spec.target.partition(":")
        return getattr(importlib.import_module(module), attribute)

    def blame(self, error: BaseException) -> tuple[str, str]:
        """Cause and remedy of an error that came of importing the target."""
        cause = f"{type(error).__name__}: {error}"
        if isinstance(error, ModuleNotFoundError) and error.name and _top(error.name) != _top(self.spec.target):
            return cause, f"type: python -m pip install {_top(error.name)}"
        return cause, self.remedy(f"reinstall {self.distribution}")

    def remedy(self, usual: str) -> str:
        """What helps if its target is wrong: what is usual, unless its user is its author."""
        return remedy(self.distribution, getattr(self.spec, "target", ""), usual)

    def build(self, **arguments: Any) -> Any:
        """Load the target and call it; what it raises beside errors of seqforge is a `PluginError` that names it."""
        target = self.load()
        try:
            return target(**arguments)
        except (KeyboardInterrupt, MemoryError, SeqforgeError):
            raise
        except BaseException as error:
            helps = self.remedy(f"update {self.distribution}, or report it")
            raise PluginError(f"{self} can't be built: {type(error).__name__}: {error}; {helps}") from error

    @contextlib.contextmanager
    def working(self, what: str) -> Iterator[None]:
        """While it works: what it raises beside errors of seqforge is a `PluginError` that names it."""
        try:
            yield
        except (KeyboardInterrupt, MemoryError, OSError, SeqforgeError):
            raise
        except Exception as error:
            raise PluginError(
                f"{self} can't {what}: {type(error).__name__}: {error}; update {self.distribution}, or report it"
            ) from error

    def to_values(self) -> dict[str, Any]:
        """The part as values that JSON can hold."""
        return {**vars(self), "spec": to_values(self.spec)}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> Part:
        """What `to_values` gave."""
        return Part(**{**values, "spec": from_values(values["kind"], values["spec"])})


@contextlib.contextmanager
def output_to_stderr() -> Iterator[None]:
    """Let what is printed go to standard error, also by libraries in C: it must not spoil a result."""
    with contextlib.redirect_stdout(sys.stderr), _descriptor_to_stderr():
        yield


@contextlib.contextmanager
def _descriptor_to_stderr() -> Iterator[None]:
    stdout = sys.__stdout__
    try:
        if stdout is not None:
            stdout.flush()
        kept = os.dup(1)
    except (OSError, ValueError):  # closed: nothing can be spoilt
        yield
        return
    try:
        with contextlib.suppress(OSError):
            os.dup2(2, 1)
        yield
    finally:
        with contextlib.suppress(OSError, ValueError):
            if stdout is not None:
                stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def missing_requirements(spec: Any) -> list[str]:
    """The import names among a spec's requirements that are not installed; nothing is imported."""
    requirements: Iterable[str] = getattr(spec, "requires", ())
    return [name for name in requirements if not is_installed(name)]


def is_installed(module: str) -> bool:
    """Whether a module, such as `torch` or `scipy.signal`, can be found; nothing is imported."""
    if module in sys.modules:
        return sys.modules[module] is not None  # None keeps it from being imported
    first, *rest = module.split(".")
    try:
        found = importlib.util.find_spec(first)
        name = first
        for word in rest:
            if found is None:
                return False
            name = f"{name}.{word}"
            found = PathFinder.find_spec(name, list(found.submodule_search_locations or ()))
    except (ImportError, ValueError):  # a module that is no package, or was put together by hand
        return False
    return found is not None


def is_usual(format_: FormatSpec) -> bool:
    """Whether a format is written where nobody says which ones."""
    return format_.by_default and not missing_requirements(format_)


def short_name(name: str) -> str:
    """A part's name without the distribution that may stand before it."""
    return name.rpartition(":")[2]


def _top(module: str) -> str:
    return module.partition(":")[0].partition(".")[0]
