"""What varies in a sweep: a key, and its values or the range that they are searched in."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seqforge.configuration import parse_value
from seqforge.errors import OutOfRange, RequestError

__all__ = ["Axis", "parse_grid", "parse_search", "parse_seeds"]

_FIXED = ("callbacks", "launcher", "recipe")
"""Keys, and sections, that don't decide what comes of a run."""

_AUGMENT = "data.augment"
"""The one key of the data that changes nothing of what a model is judged on."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A key and its `values`; of a range that is searched there are none, but the ends `low` and `high`.

    Both are integers where only those are wanted. `is_log`: as many values lie between 1 and 10 as between 10 and 100.
    """

    key: str
    values: tuple[Any, ...] = ()
    low: float = 0
    high: float = 0
    is_log: bool = False

    @property
    def is_range(self) -> bool:
        """Whether it has ends and no values."""
        return not self.values

    @property
    def is_whole(self) -> bool:
        """Whether all that lies in its range are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def to_values(self) -> dict[str, Any]:
        """The axis as TOML can hold it."""
        if self.is_range:
            return {"key": self.key, "low": self.low, "high": self.high, "log": self.is_log}
        return {"key": self.key, "values": list(self.values)}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> Axis:
        """What `to_values` gave."""
        if "values" in values:
            return Axis(key=values["key"], values=tuple(values["values"]))
        return Axis(key=values["key"], low=values["low"], high=values["high"], is_log=values["log"])


def parse_grid(texts: Sequence[str]) -> tuple[Axis, ...]:
    """`KEY=V1,V2` each, as `--grid` takes it: TOML values or bare words."""
    axes = []
    for text in texts:
        key, values = _parts("--grid", text, "KEY=V1,V2, such as model.lstm.hidden=64,128")
        axes.append(Axis(key=key, values=_values("--grid", text, values)))
    return _checked("--grid", axes)


def parse_search(texts: Sequence[str]) -> tuple[Axis, ...]:
    """`KEY=LOW:HIGH`, `KEY=LOW:HIGH:log` or `KEY=V1,V2` each, as `--search` takes it."""
    axes = []
    for text in texts:
        allowed = "KEY=LOW:HIGH, KEY=LOW:HIGH:log or KEY=V1,V2, such as training.learning_rate=1e-4:1e-2:log"
        key, values = _parts("--search", text, allowed)
        axis = _range(key, values) or Axis(key=key, values=_values("--search", text, values))
        if len(axis.values) == 1:
            raise RequestError(f"--search got '{text}'; allowed: {allowed}")
        axes.append(axis)
    if any(axis.key == "seed" for axis in axes):
        raise RequestError("--search got seed: chance can't be searched; for several seeds a trial type --seeds 1,2,3")
    if own := [axis.key for axis in axes if axis.key.partition(".")[0] == "data" and axis.key != _AUGMENT]:
        raise RequestError(
            f"--search got {own[0]}, and would find the pieces that are easiest to predict; leave it out"
        )
    return _checked("--search", axes)


def parse_seeds(text: str) -> tuple[int, ...]:
    """`1,2,3`, as `--seeds` takes it."""
    seeds = tuple(_value(word.strip()) for word in text.split(","))
    for seed in seeds:
        if type(seed) is not int or seed < 0:
            raise OutOfRange("--seeds", text, "integers from 0 on, such as 1,2,3")
        if seeds.count(seed) > 1:
            raise RequestError(f"--seeds has {seed} twice; each seed is run once")
    return seeds


def _checked(option: str, axes: list[Axis]) -> tuple[Axis, ...]:
    keys = [axis.key for axis in axes]
    for key in keys:
        if keys.count(key) > 1:
            raise RequestError(f"{option} has {key} twice; name all of its values at once")
        if key.partition(".")[0] in _FIXED:
            raise RequestError(f"{option} got {key}, which doesn't decide what comes of a run; leave it out")
    return tuple(axes)


def _parts(option: str, text: str, allowed: str) -> tuple[str, str]:
    key, equals, values = text.partition("=")
    key = ".".join(part.strip() for part in key.split("."))
    if not equals or not all(key.split(".")) or not values.strip():
        raise RequestError(f"{option} got '{text}'; allowed: {allowed}")
    return key, values.strip()


def _values(option: str, text: str, values: str) -> tuple[Any, ...]:
    words = [word.strip() for word in _split(values)]
    if not all(words):
        raise RequestError(f"{option} got '{text}', where a value is empty; for an empty string write ''")
    return tuple(_value(word) for word in words)


def _value(word: str) -> Any:
    """A value that JSON can hold, too: what TOML takes for a date is a word."""
    value = parse_value(word)
    return value if isinstance(value, (bool, int, float, str, list, dict)) else word


def _split(text: str) -> Iterator[str]:
    """What stands between commas that are neither in brackets nor in quotes."""
    begin, depth, quote = 0, 0, ""
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and not text[begin:place].strip(" [{,="):
            quote = letter
        elif letter in "[{":
            depth += 1
        elif letter in "]}":
            depth -= 1
        elif letter == "," and depth <= 0:
            yield text[begin:place]
            begin = place + 1
    yield text[begin:]


def _range(key: str, text: str) -> Axis | None:
    """A range, if the text is one."""
    low_text, colon, rest = text.partition(":")
    high_text, more, scale = rest.partition(":")
    low, high = parse_value(low_text), parse_value(high_text)
    if not colon or not _is_number(low) or not _is_number(high):
        return None
    if more and scale.strip() != "log":
        raise RequestError(f"--search {key} has the scale '{scale.strip()}'; allowed: log, or none")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise OutOfRange(f"--search {key}", text, "two finite numbers")
    if low > high:
        raise OutOfRange(f"--search {key}", text, f"LOW:HIGH, the lower one first: {high_text}:{low_text}")
    if more and low <= 0:
        raise OutOfRange(f"--search {key}", text, "numbers above 0 on a scale of logarithms")
    return Axis(key=key, low=low, high=high, is_log=bool(more))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
