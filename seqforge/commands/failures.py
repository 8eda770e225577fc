"""How errors reach the user: one line on standard error, and an exit status."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from seqforge.commands.screen import forget_output, printable
from seqforge.errors import Interrupted, SeqforgeError

__all__ = ["INTERRUPTED", "UsageError", "report", "warn"]

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells have it."""

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Of a command line that can't be read: Typer gives its own base no public name."""


@contextmanager
def report(*, debug: bool) -> Iterator[None]:
    """Turn an expected error into its line and exit status; with `debug` its traceback is shown as well."""
    try:
        yield
    except Interrupted as end:
        print(_one_line(str(end)), file=sys.stderr)
        sys.exit(end.exit_status)
    except SeqforgeError as error:
        if debug:
            raise
        print(f"error: {_one_line(str(error))}", file=sys.stderr)
        sys.exit(error.exit_status)
    except UsageError as error:
        _report_usage(error)
        sys.exit(2)
    except BrokenPipeError:  # of `| head` and the like
        forget_output()
        sys.exit(1)
    except OSError as error:
        if debug:
            raise
        place = f" ({_one_line(str(error.filename))})" if error.filename else ""
        remedy = "free some space" if error.errno in _DISK_FULL else "check its permissions"
        print(f"error: {error.strerror or error}{place}; {remedy}, or choose another --out", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted; type the same command again to start over", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _report_usage(error: Any) -> None:
    """A command line that can't be read, on one line; a command that was given nothing shows its help."""
    message = error.format_message()
    if "\n" in message:
        print(message)
        return
    print(
        f"error: {_one_line(message).rstrip('.')}; see {error.ctx.command_path if error.ctx else 'seqforge'} --help",
        file=sys.stderr,
    )


def warn(lines: list[str]) -> None:
    """Print warnings on standard error, a line each."""
    for line in lines:
        print(f"warning: {_one_line(line)}", file=sys.stderr)


def _one_line(text: str) -> str:
    """What a message says, which may quote a name or a file, without what moves the cursor."""
    return printable(" ".join(text.split()))
