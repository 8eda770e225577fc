"""A named, typed setting that a plugin's part declares: shown by `--help`, checked before the part is imported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from seqforge.errors import OutOfRange, UnknownName

__all__ = ["Option", "check_options"]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One setting: its name, type, default and limits.

    `type` is `str`, `int`, `float` or `bool`. `default` may be `None`: not set. `minimum` and `maximum` are
    inclusive; `exclusive_minimum` is not. `choices` lists the allowed values of a `str`. `example` is a text that the
    part can do with, where it can't do with any: the conformance kit checks it with that.
    """

    name: str
    type: type
    default: Any
    help: str
    minimum: float | None = None
    exclusive_minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    example: str = ""

    def check(self, value: Any, where: str = "") -> Any:
        """Return `value` in this option's type; `OutOfRange` or `UnknownName` if it is not allowed."""
        name = self.shown(where)
        if value is None and self.default is None:
            return None
        converted = self._convert(value, name)
        if self.choices and converted not in self.choices:
            raise UnknownName(f"value of {name}", str(value), self.choices)
        self._check_range(converted, name)
        return converted

    def shown(self, where: str) -> str:
        """The name as the user writes it: with `--` in front, words are joined by hyphens."""
        return f"--{self.name.replace('_', '-')}" if where == "--" else f"{where}{self.name}"

    def parse(self, text: str, where: str = "") -> Any:
        """Like `check`, from what was typed on a command line."""
        if self.type is bool:
            words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
            if text.lower() not in words:
                raise OutOfRange(self.shown(where), text, "true or false")
            return words[text.lower()]
        return self.check(text, where)

    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.choices:
            return ", ".join(self.choices)
        words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[self.type]
        return f"{words} {self.limits()}".rstrip()

    def limits(self) -> str:
        """The limits of a number, in words; empty if it has none."""
        if self.minimum is not None and self.maximum is not None:
            return f"from {self.minimum:.10g} to {self.maximum:.10g}"
        words = [f"above {self.exclusive_minimum:.10g}"] if self.exclusive_minimum is not None else []
        words += [f"of at least {self.minimum:.10g}"] if self.minimum is not None else []
        words += [f"of at most {self.maximum:.10g}"] if self.maximum is not None else []
        return " ".join(words)

    def _convert(self, value: Any, name: str) -> Any:
        if isinstance(value, bool) or self.type is bool:
            fits = isinstance(value, bool) and self.type is bool
        elif self.type is str and isinstance(value, int):  # TOML's 5 for a name that happens to be a number
            fits = True
        elif self.type is int and isinstance(value, float):
            fits = value.is_integer()
        else:
            fits = isinstance(value, (str, int, float)) and (self.type is not str or isinstance(value, str))
        if not fits:
            raise OutOfRange(name, value, self.allowed())
        try:
            return self.type(value)
        except (ValueError, OverflowError):
            raise OutOfRange(name, value, self.allowed()) from None

    def _check_range(self, value: Any, name: str) -> None:
        if self.type not in (int, float):
            return
        below = self.minimum is not None and not value >= self.minimum
        too_low = self.exclusive_minimum is not None and not value > self.exclusive_minimum
        above = self.maximum is not None and not value <= self.maximum
        if below or too_low or above or value != value or value in (float("inf"), float("-inf")):
            raise OutOfRange(name, value, self.allowed())


def check_options(options: Iterable[Option], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Fill `values` up with defaults, in the declared order; an unknown name or a wrong value is an error.

    `where` is the dotted prefix that messages show, such as `model.lstm.`.
    """
    declared = {option.name: option for option in options}
    for name in values:
        if name not in declared:
            raise UnknownName("key", f"{where}{name}", [f"{where}{known}" for known in declared])
    return {
        name: option.check(values[name], where) if name in values else option.default
        for name, option in declared.items()
    }
