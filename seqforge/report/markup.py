"""HTML in which every text is escaped once: what is not `Html` already is a text.

Texts come from files. In them, characters that can't be seen (controls, marks that turn the direction of writing,
halves of surrogate pairs) are shown as U+FFFD, so that a name looks like what it is and any text can be encoded.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from typing import Any

__all__ = ["Html", "element", "escaped", "joined", "script_json", "visible"]

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_VOID = {"meta", "link", "br", "hr", "input"}


class Html(str):
    """Markup: it stands in a page as it is."""

    __slots__ = ()


def visible(text: str) -> str:
    """The text with U+FFFD for every character that can't be seen but newlines and tabs."""
    return _HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def escaped(content: object) -> Html:
    """Markup as it is, anything else as text."""
    return content if isinstance(content, Html) else Html(html.escape(visible(str(content))))


def joined(parts: Iterable[object]) -> Html:
    """The parts after one another, a line each."""
    return Html("\n".join(map(escaped, parts)))


def element(name: str, /, *content: object, **attributes: object) -> Html:
    """`<name attribute="...">content</name>`.

    `class_` is the attribute class, `data_play` is data-play; `True` stands for an attribute alone, `None` and `False`
    for none.
    """
    words = [name]
    for key, value in attributes.items():
        if value is not None and value is not False:
            attribute = key.rstrip("_").replace("_", "-")
            words.append(attribute if value is True else f'{attribute}="{escaped(value)}"')
    start = f"<{' '.join(words)}>"
    return Html(start) if name in _VOID else Html(f"{start}{''.join(map(escaped, content))}</{name}>")


def script_json(values: Any) -> Html:
    """JSON that can stand inside of `<script>`: no character in it ends the element, and all texts are `visible`."""
    text = json.dumps(_visible(values), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Html(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _visible(values: Any) -> Any:
    if isinstance(values, str):
        return visible(values)
    if isinstance(values, dict):
        return {visible(str(key)): _visible(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [_visible(value) for value in values]
    return values
