"""What all suites have in common: checks that know when they apply, and how many of them there must be."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar, cast

import pytest

from seqforge.plugins import Part, Registry

__all__ = ["NOT_CHECKED", "NOT_JUDGED", "Suite", "check", "property_words"]

NOT_CHECKED = "not checked: "
"""How the reason begins where a check is left out since there is nothing to run it on."""
NOT_JUDGED = "not judged: "
"""How the reason begins where a check is left out since another, on which it rests, has failed."""

Check = TypeVar("Check", bound=Callable[..., None])


def check(*, needs: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Callable[[Check], Check]:
    """Make a test a check of a property.

    It is skipped, with the reason, where the part lacks one of `needs`; and where one of the checks in `after` has
    failed in this process, so that only the property that is broken is blamed.
    """

    def decorate(function: Check) -> Check:
        name = function.__name__

        @functools.wraps(function)
        def run(self: Suite, **arguments: Any) -> None:
            for need in needs:
                if reason := self.missing(need, **arguments):
                    pytest.skip(reason)
            try:
                self.judge_after(*after, *([self.first] if name != f"test_{self.first}" else []))
                function(self, **arguments)
            except pytest.skip.Exception as skipped:
                if str(skipped).startswith(NOT_JUDGED):
                    self.failed.setdefault(name, str(skipped).removeprefix(NOT_JUDGED))
                raise
            except (Exception, pytest.fail.Exception):
                self.failed[name] = f"'{property_words(name)}' failed"
                raise

        run.check_needs = needs  # type: ignore[attr-defined]  # marks it as a check
        run.check_after = after  # type: ignore[attr-defined]
        return cast("Check", run)

    return decorate


def property_words(name: str) -> str:
    """The property that a test is named after, in words."""
    return name.partition("[")[0].removeprefix("test_").replace("_", " ")


class Suite:
    """The checks of one kind of part; a subclass in a test module says which part."""

    name: str = ""
    """The part, as it is registered, or `distribution:name`."""
    kind: ClassVar[str] = ""
    """As in `seqforge.plugins.KINDS`."""
    lacks: tuple[str, ...] = ()
    """What the part lacks beside what its spec declares."""
    can_lack: ClassVar[tuple[str, ...]] = ()
    """What parts of this kind may declare as missing."""
    least: ClassVar[int] = 1
    """How many checks apply to every part of the kind, whatever it lacks."""
    first: ClassVar[str] = ""
    """The check on which all others rest."""
    excuse: str = ""
    """Why too few checks apply where nobody has done anything wrong."""
    failed: ClassVar[dict[str, str]] = {}
    kept: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.failed, cls.kept = {}, {}

    @classmethod
    def checks(cls) -> Iterator[Any]:
        """The checks of the suite; one that a subclass has replaced, or switched off, is none of them."""
        for name in dir(cls):
            function = getattr(cls, name)
            if name.startswith("test_") and hasattr(function, "check_needs"):
                yield function

    def registry(self) -> Registry:
        """Everything that is installed."""
        registry: Registry = self.keep("registry", Registry.installed)
        return registry

    def part(self) -> Part:
        """The part as it is registered."""
        if not self.name:
            raise NotImplementedError(f'say in your subclass which of the {self.kind} is tested: name = "..."')
        return self.registry().find(self.kind, self.name)

    def declared(self) -> tuple[str, ...]:
        """What is said to be missing, by the spec and by the subclass."""
        return (*self.lacks, *(self.part().spec.lacks if self.name else ()))

    def missing(self, need: str, **arguments: Any) -> str:
        """Why a check that needs this does not apply; empty if it does."""
        return f"it declares that it lacks: {need}" if need in self.declared() else ""

    def judge_after(self, *names: str) -> None:
        """Leave the running test out if one of these checks has failed."""
        for name in names:
            if cause := self.failed.get(f"test_{name}"):
                pytest.skip(NOT_JUDGED + cause)

    def keep(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for all checks of the class."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def applicable(self) -> int:
        """How many checks apply."""
        return sum(not any(self.missing(need) for need in check.check_needs) for check in self.checks())

    def test_enough_checks_apply(self) -> None:
        unknown = sorted(set(self.declared()).difference(self.can_lack))
        allowed = ", ".join(self.can_lack) or "nothing"
        assert not unknown, f"lacks {', '.join(unknown)}; allowed: {allowed}"
        found = self.applicable()
        if found < self.least and self.excuse:
            pytest.skip(NOT_CHECKED + self.excuse)
        assert found >= self.least, (
            f"only {found} checks apply; at least {self.least} are needed, for so many apply to every part of this "
            f"kind, whatever it lacks: see which ones the subclass replaces, or has nothing to run on"
        )
