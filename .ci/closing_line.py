"""Add up what pytest said at the end of each environment: `N passed, N failed, N skipped`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path


def main() -> None:
    """Read a log of tox, and print its sum."""
    counts: Counter[str] = Counter()
    for line in Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace").splitlines():
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if re.fullmatch(r"=+ .* in [\d.]+s(?: \([\d:]+\))? =+", plain):
            for number, word in re.findall(r"(\d+) (passed|failed|skipped|errors?)", plain):
                counts["failed" if word.startswith("error") else word] += int(number)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")


main()
