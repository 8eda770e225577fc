"""The entry point of the command `seqforge`."""

from __future__ import annotations

import sys

from seqforge import threads


def main() -> None:
    """Run the command line; an expected error is one line and its exit status."""
    threads.limit(1)  # before anything can import NumPy; `run --threads` asks again
    from seqforge.commands.app import make_app
    from seqforge.commands.failures import INTERRUPTED, report

    with report(debug="--debug" in sys.argv):
        status = make_app()(standalone_mode=False)
        if status == INTERRUPTED:  # Typer has turned the exception into a number
            raise KeyboardInterrupt
    sys.exit(status or 0)
