"""What every reader must do, as tests: subclass `ReaderSuite` in a test module and say which reader, and which files.

class TestLetters(ReaderSuite):
    name = "letters"                              # as registered
    files = (Path(__file__).parent / "a.letters",)  # that it should read
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest

from seqforge.errors import DataError
from seqforge.interfaces import Codec, Piece, Reader, Source
from seqforge.options import check_options
from seqforge.testing.material import codec_arguments
from seqforge.testing.suite import NOT_CHECKED, Suite, check

__all__ = ["ReaderSuite"]

_MOST_ITEMS = 100_000
_LARGEST_DAMAGED = 300_000
_FLIPS = 8


class ReaderSuite(Suite):
    """The checks of a registered reader; those of damaged files run on copies of `files`."""

    kind: ClassVar[str] = "readers"
    options: Mapping[str, Any] = MappingProxyType({})
    files: Sequence[Path] = ()
    """That it should read."""
    codec_name: str = ""
    """The first that takes its works unless it is said."""
    least: ClassVar[int] = 10

    def missing(self, need: str, **arguments: Any) -> str:
        """See `Suite.missing`."""
        if need == "files" and not self.good_files():
            suffixes = " or ".join(self.part().spec.suffixes)
            return f"{NOT_CHECKED}there is no file in {suffixes} that it should read: name one (--data)"
        return super().missing(need)

    def good_files(self) -> Sequence[Path]:
        """Files that the reader should read."""
        return self.files

    def reader(self) -> Reader:
        """The reader under test."""
        part = self.part()
        reader: Reader = part.build(**check_options(part.spec.options, self.options, "data."))
        return reader

    def read(self, path: Path) -> list[Any]:
        """Everything that the reader gives, the works as pieces where a codec takes them; `DataError` if nothing."""
        items = list(itertools.islice(self.reader().read(path), _MOST_ITEMS))
        assert len(items) < _MOST_ITEMS, "it gives works without end"
        return list(self._encoded(items))

    @check(needs=("files",))
    def test_its_files_give_works(self) -> None:
        for path in self.good_files():
            assert any(not isinstance(item, Source) for item in self.read(path)), f"no work in {path.name}"

    @check(needs=("files",), after=("its_files_give_works",))
    def test_equal_files_give_equal_works(self) -> None:
        for path in self.good_files():
            first, again = self.read(path), self.read(path)
            assert len(first) == len(again)
            for item, other in zip(first, again, strict=True):
                assert _same(item, other), f"{path.name} is read otherwise the second time"

    @check(needs=("files",), after=("its_files_give_works",))
    def test_it_writes_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither beside the file nor in the working folder."""
        work = tmp_path / "working folder"
        work.mkdir()
        monkeypatch.chdir(work)
        for number, path in enumerate(self.good_files()):
            folder = tmp_path / str(number)
            folder.mkdir()
            copy = folder / path.name
            copy.write_bytes(path.read_bytes())
            self.read(copy)
            assert [found.name for found in folder.iterdir()] == [path.name]
            assert copy.read_bytes() == path.read_bytes(), "the file is not as it was"
        assert not list(work.iterdir()), "something is in the working folder"

    @check(needs=("files",), after=("its_files_give_works",))
    def test_truncated_files_are_refused_or_read(self, tmp_path: Path) -> None:
        for path in self._small_files():
            content = path.read_bytes()
            for length in (1, len(content) // 4, len(content) // 2, len(content) * 3 // 4, len(content) - 1):
                self._survives(tmp_path / f"damaged{path.suffix}", content[:length], f"the first {length} bytes")

    @check(needs=("files",), after=("its_files_give_works",))
    def test_altered_files_are_refused_or_read(self, tmp_path: Path) -> None:
        generator = np.random.default_rng(51)
        for path in self._small_files():
            content = path.read_bytes()
            for place in generator.integers(0, len(content), _FLIPS).tolist():
                altered = bytearray(content)
                altered[place] ^= 1 << int(generator.integers(8))
                self._survives(tmp_path / f"damaged{path.suffix}", bytes(altered), f"byte {place} altered")

    @check()
    def test_an_empty_file_gives_no_work(self, tmp_path: Path) -> None:
        for suffix in self.part().spec.suffixes:
            path = tmp_path / f"empty{suffix}"
            found = self._survives(path, b"", "empty")
            assert all(isinstance(item, Source) for item in found), "a work from an empty file"

    @check()
    def test_random_bytes_are_refused_or_read(self, tmp_path: Path) -> None:
        generator = np.random.default_rng(52)
        for suffix in self.part().spec.suffixes:
            for size in (1, 20, 500, 5000):
                self._survives(tmp_path / f"random{suffix}", generator.bytes(size), f"{size} random bytes")

    @check()
    def test_a_folder_is_refused(self, tmp_path: Path) -> None:
        folder = tmp_path / f"folder{self.part().spec.suffixes[0]}"
        folder.mkdir()
        self._refuses(folder)
        assert not list(folder.iterdir())

    @check()
    def test_a_missing_file_is_refused_and_not_made(self, tmp_path: Path) -> None:
        path = tmp_path / f"missing{self.part().spec.suffixes[0]}"
        self._refuses(path)
        assert not path.exists()

    @check()
    def test_suffixes_are_lower_case_with_a_dot(self) -> None:
        suffixes = self.part().spec.suffixes
        assert suffixes
        for suffix in suffixes:
            assert suffix == suffix.lower(), suffix
            assert suffix.startswith("."), suffix
            assert Path(f"file{suffix}").suffix == suffix, f"{suffix} is more than the last suffix of a name"

    def _refuses(self, path: Path) -> None:
        """A `DataError`, a dropped source, or the error of the system, which names the file, too."""
        try:
            found = self.read(path)
        except (DataError, OSError):
            return
        assert all(isinstance(item, Source) for item in found), f"a work from {path.name}"

    def _survives(self, path: Path, content: bytes, what: str) -> list[Any]:
        """Whatever is in the file, nothing but a `DataError` comes out of the reader and the codec."""
        path.write_bytes(content)
        try:
            return self.read(path)
        except DataError as error:
            message = str(error)
        except Exception as error:
            raise AssertionError(
                f"{path.suffix}, {what}: {type(error).__name__}: {error}; allowed: DataError"
            ) from error
        assert message.strip(), f"{path.suffix}, {what}: an error without a message"
        return []

    def _small_files(self) -> list[Path]:
        """Those that are read in no time."""
        return [path for path in self.good_files() if path.stat().st_size <= _LARGEST_DAMAGED][:2]

    def _encoded(self, items: Sequence[Any]) -> Iterator[Any]:
        codec = self._codec()
        for item in items:
            if isinstance(item, Source) or codec is None:
                yield item
                continue
            try:
                yield codec.encode(item)
            except DataError as error:
                yield Source("a work", 0, str(error))

    def _codec(self) -> Codec | None:
        """A new codec that takes the reader's works."""
        registry = self.registry()
        names = [self.codec_name] if self.codec_name else [*self.part().spec.codecs, *registry.names("codecs")]
        found = [name for name in names if registry.has("codecs", name)]
        if not found:
            return None
        part = registry.find("codecs", found[0])
        codec: Codec = part.build(vocabulary=None, **codec_arguments(part, {}))
        return codec


def _same(item: Any, other: Any) -> bool:
    if isinstance(item, Piece) and isinstance(other, Piece):
        arrays = ((item.tokens, other.tokens), (item.context, other.context))
        named = (item.id, item.group, dict(item.prompt)) == (other.id, other.group, dict(other.prompt))
        return named and all(np.array_equal(one, two) for one, two in arrays)
    return bool(item == other)
