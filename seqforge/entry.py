"""The entry point of the command `seqforge`."""

from __future__ import annotations

import sys

from seqforge import threads


def main() -> None:
    """Run the command line; an expected error is one line and its exit status."""
    threads.limit(1)  # before anything can import NumPy; `run --threads` asks again
    try:
        from seqforge.plugins import Registry

        registry = Registry.begun()  # new plugins are looked at while the rest is imported
        from seqforge.commands.app import run_app
        from seqforge.commands.failures import INTERRUPTED, report
        from seqforge.commands.screen import show_everything
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)

    show_everything()
    with report(debug="--debug" in sys.argv):
        status = run_app(registry, sys.argv[1:])
        if status == INTERRUPTED:  # Typer has turned the exception into a number
            raise KeyboardInterrupt
    sys.exit(status or 0)
