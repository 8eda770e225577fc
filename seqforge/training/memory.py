"""How much memory this process has used at most."""

from __future__ import annotations

import re
import sys
from pathlib import Path

__all__ = ["peak_memory_mib"]

_STATUS = Path("/proc/self/status")


def peak_memory_mib() -> float | None:
    """The peak of what the process has held in main memory so far, in MiB; `None` where the system doesn't say.

    Linux says it of this program alone. `getrusage`, which other systems have, counts there what a process held before
    it became this program: that of a large one that started it.
    """
    try:
        if found := re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(encoding="ascii"), re.MULTILINE):
            return int(found[1]) / 1024
    except (OSError, ValueError):
        pass  # not Linux, or it is hidden
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
