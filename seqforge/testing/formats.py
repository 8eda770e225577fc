"""What every format must do, as tests: subclass `FormatSuite` in a test module and say which format, and on what.

class TestMidi(FormatSuite):
    name = "mid"             # as registered
    source = "jazz-etudes"   # where its works come from: what --data takes
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from seqforge.errors import DataError, SeqforgeError
from seqforge.interfaces import Format, Work
from seqforge.testing.suite import check
from seqforge.testing.work_suite import WorkSuite

__all__ = ["FormatSuite"]

_WORKS = 4


class FormatSuite(WorkSuite):
    """The checks of a registered format, with works of one of its codecs."""

    kind: ClassVar[str] = "formats"
    least: ClassVar[int] = 7

    def format(self) -> Format:
        """The format under test."""
        built: Format = self.built()
        return built

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

    def _suffix(self) -> str:
        return str(self.part().spec.suffix)
