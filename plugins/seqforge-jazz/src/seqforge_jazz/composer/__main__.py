"""Write the built-in corpus anew: `python -m seqforge_jazz.composer FOLDER [--human-ngram-data FILE]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from seqforge import SeqforgeError
from seqforge_jazz.composer.acceptance import Acceptance
from seqforge_jazz.composer.corpus import compose_corpus
from seqforge_jazz.composer.human_solos import human_interval_model, read_human_solos
from seqforge_jazz.composer.publication import recorded_attempts, write_corpus
from seqforge_jazz.etudes import etudes_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Compose the corpus and write it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m seqforge_jazz.composer", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where etudes.json, etudes.abc and LICENSE.txt go")
    parser.add_argument(
        "--human-ngram-data",
        type=Path,
        metavar="FILE",
        help="human solos, xz-compressed JSON: choose the attempts by their intervals anew; without it, the attempts "
        "that the installed etudes.json records are composed again",
    )
    request = parser.parse_args(arguments)
    try:
        if request.human_ngram_data is None:
            composed = tuple(compose_corpus(Acceptance(), recorded_attempts(etudes_text())))
        else:
            model = human_interval_model(read_human_solos(request.human_ngram_data))
            composed = tuple(compose_corpus(Acceptance(model)))
        write_corpus(composed, request.folder)
    except SeqforgeError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_status
    notes = sum(len(etude.sheet.notes) for etude in composed)
    print(f"{len(composed)} etudes, {notes} notes: {request.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
