"""What the suites of parts that take works have in common: where their works come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from seqforge.options import check_options
from seqforge.testing.material import Material, find_material
from seqforge.testing.suite import NOT_CHECKED, Suite

__all__ = ["WorkSuite"]


class WorkSuite(Suite):
    """The checks of a kind of part whose spec names the codecs of its works."""

    options: Mapping[str, Any] = MappingProxyType({})
    codec_name: str = ""
    """The first of its codecs that is installed unless it is said."""
    source: str = ""
    """What `--data` takes; without one, works come from random walks."""
    source_options: Mapping[str, Any] = MappingProxyType({})

    def works(self) -> Sequence[Any]:
        """What the checks are run on."""
        raise NotImplementedError

    def missing(self, need: str, **arguments: Any) -> str:
        """See `Suite.missing`."""
        if need == "works" and not self._has_works():
            return NOT_CHECKED + "there is no work of its codecs: name a source, such as a data set or files (--data)"
        return super().missing(need)

    def built(self) -> Any:
        """A new object of the part under test."""
        part = self.part()
        return part.build(**check_options(part.spec.options, self.options, "--"))

    def material(self) -> Material:
        """The codec of the works and their pieces."""
        found: Material = self.keep(
            "material",
            lambda: find_material(self.registry(), self._codec_name(), self.source, self.source_options, {}),
        )
        return found

    def _has_works(self) -> bool:
        def attempt() -> bool:
            try:
                return bool(self._codec_name() and self.works())
            except Exception:  # noqa: BLE001  # works that can't be had are the fault of the codec or of the source
                return False

        has: bool = self.keep("has works", attempt)
        return has

    def _codec_name(self) -> str:
        registry = self.registry()
        names = [self.codec_name] if self.codec_name else self.part().spec.codecs or registry.names("codecs")
        return next((name for name in names if registry.has("codecs", name)), "")
