"""The prompt of a request: what was said, what it stands for, and the defaults of the rest.

A codec that has the method `resolve(given)` is given the checked values that somebody said, without the defaults. It
returns them, and more if it likes, such that nothing depends on a file, a stream or the network any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seqforge.interfaces import Codec
from seqforge.options import check_options
from seqforge.plugins import Part

__all__ = ["checked_prompt"]


def checked_prompt(part: Part, codec: Codec, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Every prompt option of the codec with its value; `where` is as in `check_options`.

    To be called once a request: standard input can be read once.
    """
    options = part.spec.prompt_options
    prompt = check_options(options, given, where)
    resolve = getattr(codec, "resolve", None)
    if resolve is None:
        return prompt
    return check_options(options, resolve({name: prompt[name] for name in given}), where)
