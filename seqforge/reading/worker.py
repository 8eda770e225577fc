"""A process that reads files which may be hostile: `python -m seqforge.reading.worker`.

Takes a `Job` a line on standard input, writes what it read to the job's `result`, and answers each with a line. Its
memory is limited where the system can do that; the time is its parent's to watch.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from seqforge import threads
from seqforge.errors import DataError, SeqforgeError
from seqforge.interfaces import Codec, Piece, Source
from seqforge.reading.job import Job

__all__ = ["MOST_BYTES", "main"]

MOST_BYTES = 2 * 2**30
"""Address space that a reading process may have."""

_LONGEST_NOTE = 100


def main() -> None:
    """Answer jobs until standard input ends."""
    threads.limit(1)
    _limit_memory()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    from seqforge.reading.encoded_file import write_encoded

    for line in sys.stdin:
        job = Job.from_json(line)
        write_encoded(Path(job.result), _encode(job))
        answers.write("done\n")
        answers.flush()


def _encode(job: Job) -> Any:
    """Everything that is usable in the file, as an `EncodedFile`."""
    from seqforge.plugins import Part
    from seqforge.reading.encoded_file import EncodedFile

    path = Path(job.path)
    codec: Codec = Part.from_values(job.parts["codec"]).build(vocabulary=None, **job.codec_options)
    pieces: list[Piece] = []
    dropped: list[Source] = []
    notes: list[str] = []
    try:
        reader = Part.from_values(job.parts["reader"]).build(**job.reader_options)
        for work in reader.read(path):
            if isinstance(work, Source):
                notes.extend(work.notes)
                if work.reason:
                    dropped.append(Source(f"{path.name}: {work.name}", 0, work.reason))
                continue
            try:
                pieces.append(codec.encode(work))
                notes.append(_in_a_line(str(work)))
            except DataError as error:
                dropped.append(Source(path.name, 0, str(error)))
    except SeqforgeError as error:
        dropped.append(Source(path.name, 0, str(error)))
    except MemoryError:
        pieces.clear()
        dropped.append(Source(path.name, 0, f"reading it takes more than {MOST_BYTES // 2**30} GiB of memory"))
    except Exception as error:  # noqa: BLE001  # one file must not end the reading of the others
        cause = " ".join(f"{type(error).__name__}: {error}".split())
        dropped.append(Source(path.name, 0, f"reader {job.reader} failed ({cause:.200})"))
    if pieces:
        dropped.append(Source(path.name, len(pieces), notes=tuple(notes)))
    elif not dropped:
        dropped.append(Source(path.name, 0, "nothing in it that the reader knows"))
    return EncodedFile(pieces=tuple(pieces), vocabulary=codec.vocabulary, sources=tuple(dropped))


def _in_a_line(text: str) -> str:
    """The first line of what a work says of itself, or the beginning of that: it may be a book."""
    line = " ".join(text.lstrip().partition("\n")[0].split())
    return line if len(line) <= _LONGEST_NOTE else f"{line[:_LONGEST_NOTE]} ..."


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not POSIX: only the time is limited
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MOST_BYTES if hard == resource.RLIM_INFINITY else min(MOST_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


if __name__ == "__main__":
    main()
