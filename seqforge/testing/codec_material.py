"""What the checks of a codec have in common: the codec, its pieces, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from seqforge.interfaces import Codec
from seqforge.testing.material import Material, find_material
from seqforge.testing.suite import NOT_CHECKED, Suite

__all__ = ["CodecMaterial"]

_OFFERS = {
    "quotations": (("quotation", "alphabets"), "it does not say what a quotation is (seqforge.Quotable)"),
    "names": (("alphabet_name",), "it does not say what its tokens are (seqforge.Naming)"),
    "parts": (("cut", "excerpt"), "its pieces can't be cut (seqforge.Divisible)"),
    "places": (("place",), "it does not say where a token stands (seqforge.Placing)"),
    "resolving": (("resolve",), "it takes prompts as they are said (no method `resolve`)"),
    "primers": (("with_primer",), "it takes no primer (no method `with_primer`)"),
}
"""What a codec may offer: the names that it has then, and what is said if it has none of them."""


class CodecMaterial(Suite):
    """A codec over every piece of `source`; without one, over works that random walks give."""

    kind: ClassVar[str] = "codecs"
    options: Mapping[str, Any] = MappingProxyType({})
    source: str = ""
    """What `--data` takes."""
    source_options: Mapping[str, Any] = MappingProxyType({})
    can_lack: ClassVar[tuple[str, ...]] = ("exact round trip",)

    def missing(self, need: str, **arguments: Any) -> str:
        """See `Suite.missing`; `pieces` are there if the source has some."""
        if need in ("pieces", "prompts", *_OFFERS) and not self._can_be_had():
            return ""  # the first check says why
        if need == "pieces" and not self.material().pieces:
            return NOT_CHECKED + "there is no piece: name a source, such as a data set or files (--data)"
        if need == "prompts" and not self.material().prompts:
            return NOT_CHECKED + "its default prompt can't be followed, and there is no piece that has one"
        if need in _OFFERS:
            names, reason = _OFFERS[need]
            return "" if any(hasattr(self.codec, name) for name in names) else reason
        return super().missing(need)

    def material(self) -> Material:
        """The codec and the pieces of its source."""

        def find() -> Material:
            name = self.registry().full_name(self.part())
            return find_material(self.registry(), name, self.source, self.source_options, self.options)

        found: Material = self.keep("material", find)
        return found

    @property
    def codec(self) -> Codec:
        """The codec under test, with the vocabulary of its pieces."""
        return self.material().codec

    def _can_be_had(self) -> bool:
        def attempt() -> bool:
            try:
                self.material()
            except Exception:  # noqa: BLE001  # whatever it is, the first check fails with it
                return False
            return True

        can: bool = self.keep("can be had", attempt)
        return can
