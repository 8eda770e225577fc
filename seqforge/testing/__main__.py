"""What the kit does in processes of its own: `python -m seqforge.testing digest|check`.

The request is on standard input.
"""

from __future__ import annotations

import json
import sys

from seqforge import threads


def main() -> None:
    """Answer one request."""
    threads.limit(1)
    if sys.argv[1] == "digest":
        from seqforge.plugins import Registry
        from seqforge.testing.digest import digests
        from seqforge.testing.material import find_material

        print(json.dumps(digests(find_material(Registry.installed(), *json.load(sys.stdin)))))
    else:
        from seqforge.testing.checking import run_checks

        run_checks(sys.stdin.read())


main()
