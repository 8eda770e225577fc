"""How errors reach the user: one line on standard error, and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from seqforge.errors import SeqforgeError

__all__ = ["INTERRUPTED", "report", "warn"]

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""


@contextmanager
def report(*, debug: bool) -> Iterator[None]:
    """Turn an expected error into its line and exit status; with `debug` its traceback is shown as well."""
    try:
        yield
    except SeqforgeError as error:
        if debug:
            raise
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(error.exit_status)
    except OSError as error:
        if debug:
            raise
        place = f" ({error.filename})" if error.filename else ""
        print(f"error: {error.strerror or error}{place}; free space or choose another --out", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted; type the same command again to start over", file=sys.stderr)
        sys.exit(INTERRUPTED)


def warn(lines: list[str]) -> None:
    """Print warnings on standard error, a line each."""
    for line in lines:
        print(f"warning: {line}", file=sys.stderr)
