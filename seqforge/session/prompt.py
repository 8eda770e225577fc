"""The prompt of a request: what was said, what it stands for, and the defaults of the rest.

A codec that has the method `resolve(given)` is given the checked values that somebody said, without the defaults. It
returns them, and more if it likes, such that nothing depends on a file, a stream or the network any more. A primer is
read by the core (`primer`), for any codec that takes one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqforge.errors import OutOfRange
from seqforge.interfaces import Codec
from seqforge.options import check_options
from seqforge.plugins import Part, Registry
from seqforge.session.primer import with_primer

__all__ = ["checked_prompt"]


def checked_prompt(
    registry: Registry,
    part: Part,
    codec: Codec,
    given: Mapping[str, Any],
    where: str,
    reading: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Every prompt option of the codec with its value; `where` is as in `check_options`.

    `reading` are options of the primer's reader. To be called once a request: standard input can be read once.
    """
    options = part.spec.prompt_options
    prompt = check_options(options, given, where)
    resolve = getattr(codec, "resolve", None)
    if resolve is not None:
        prompt = check_options(options, resolve({name: prompt[name] for name in given}), where)
    prompt = with_primer(registry, part, codec, prompt, reading or {})
    for option in options:
        _refuse_other_than_text(option.shown(where), prompt[option.name])
    return prompt


def _refuse_other_than_text(name: str, value: Any) -> None:
    """`OutOfRange` for what a command line may hold, and no file in UTF-8 can."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        raise OutOfRange(name, value, "text in UTF-8") from None
