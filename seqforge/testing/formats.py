"""What every format must do, as tests: subclass `FormatSuite` in a test module and say which format, and on what.

class TestMidi(FormatSuite):
    name = "mid"             # as registered
    source = "jazz-etudes"   # where its works come from: what --data takes
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest

from seqforge.errors import DataError, SeqforgeError
from seqforge.interfaces import Format, Work
from seqforge.options import check_options
from seqforge.testing.material import Material, find_material
from seqforge.testing.suite import NOT_CHECKED, Suite, check

__all__ = ["FormatSuite"]

_WORKS = 4


class FormatSuite(Suite):
    """The checks of a registered format, with works of one of its codecs."""

    kind: ClassVar[str] = "formats"
    options: Mapping[str, Any] = MappingProxyType({})
    codec_name: str = ""
    """The first of its codecs that is installed unless it is said."""
    source: str = ""
    """What `--data` takes; without one, works come from random walks."""
    source_options: Mapping[str, Any] = MappingProxyType({})
    least: ClassVar[int] = 7

    def missing(self, need: str, **arguments: Any) -> str:
        """See `Suite.missing`."""
        if need == "works" and not self._has_works():
            return NOT_CHECKED + "there is no work of its codecs: name a source, such as a data set or files (--data)"
        return super().missing(need)

    def format(self) -> Format:
        """The format under test."""
        part = self.part()
        built: Format = part.build(**check_options(part.spec.options, self.options, "--"))
        return built

    def material(self) -> Material:
        """The codec of the works and their pieces."""
        found: Material = self.keep(
            "material",
            lambda: find_material(self.registry(), self._codec_name(), self.source, self.source_options, {}),
        )
        return found

    def works(self) -> list[Work]:
        """Works that can be written, equal ones each time."""
        return self.material().works(_WORKS)

    def written(self, work: Work, path: Path) -> bytes:
        """The bytes of the file."""
        self.format().write(work, path)
        return path.read_bytes()

    @check()
    def test_its_suffix_begins_with_a_dot(self) -> None:
        suffix = self.part().spec.suffix
        assert suffix.startswith("."), suffix
        assert Path(f"file{suffix}").suffix, suffix

    @check(needs=("works",))
    def test_a_file_is_written_and_nothing_else(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        work_folder, folder = tmp_path / "working folder", tmp_path / "target"
        work_folder.mkdir()
        folder.mkdir()
        monkeypatch.chdir(work_folder)
        for number, work in enumerate(self.works()):
            assert self.written(work, folder / f"{number}{self._suffix()}"), "the file is empty"
        assert sorted(path.name for path in folder.iterdir()) == [
            f"{n}{self._suffix()}" for n in range(len(self.works()))
        ]
        assert not list(work_folder.iterdir()), "something is in the working folder"

    @check(needs=("works",), after=("a_file_is_written_and_nothing_else",))
    def test_equal_works_give_equal_bytes(self, tmp_path: Path) -> None:
        """Under another name, in another folder, from a work that was decoded anew."""
        (tmp_path / "other").mkdir()
        for work, equal in zip(self.works(), self.works(), strict=True):
            first = self.written(work, tmp_path / f"one{self._suffix()}")
            second = self.written(equal, tmp_path / "other" / f"two{self._suffix()}")
            assert first == second, "equal works give different bytes"

    @check(needs=("works",), after=("a_file_is_written_and_nothing_else", "equal_works_give_equal_bytes"))
    def test_what_was_there_is_replaced(self, tmp_path: Path) -> None:
        work = self.works()[0]
        path = tmp_path / f"there{self._suffix()}"
        path.write_bytes(b"something longer that was here before" * 10_000)
        assert self.written(work, path) == self.written(work, tmp_path / f"new{self._suffix()}")

    @check(needs=("works",), after=("a_file_is_written_and_nothing_else",))
    def test_the_work_is_not_changed(self, tmp_path: Path) -> None:
        codec = self.material().new_codec()
        for work in self.works():
            try:
                before = codec.encode(work)
            except DataError:  # such as a work of nothing but rests
                continue
            self.format().write(work, tmp_path / f"work{self._suffix()}")
            after = codec.encode(work)
            np.testing.assert_array_equal(after.tokens, before.tokens)
            np.testing.assert_array_equal(after.context, before.context)

    @check(needs=("works",))
    def test_a_folder_that_is_not_there_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises((OSError, SeqforgeError)):
            self.format().write(self.works()[0], tmp_path / "nowhere" / f"work{self._suffix()}")

    @check(needs=("works",))
    def test_a_folder_that_is_a_file_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"kept")
        with pytest.raises((OSError, SeqforgeError)):
            self.format().write(self.works()[0], tmp_path / "file" / f"work{self._suffix()}")
        assert (tmp_path / "file").read_bytes() == b"kept"

    def _has_works(self) -> bool:
        def attempt() -> bool:
            try:
                return bool(self._codec_name() and self.works())
            except Exception:  # noqa: BLE001  # works that can't be had are the fault of the codec or of the source
                return False

        has: bool = self.keep("has works", attempt)
        return has

    def _suffix(self) -> str:
        return str(self.part().spec.suffix)

    def _codec_name(self) -> str:
        registry = self.registry()
        names = [self.codec_name] if self.codec_name else self.part().spec.codecs
        return next((name for name in names if registry.has("codecs", name)), "")
