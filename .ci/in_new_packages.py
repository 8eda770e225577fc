"""Run a command in a folder that holds a new package of every kind, as `seqforge plugins new` writes it.

The packages have short names, and then long ones: no line may be better broken elsewhere for that.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import seqforge
from seqforge.scaffold.kinds import KINDS
from seqforge.scaffold.package import package_files, write_package


def main() -> int:
    """Write the packages, run the command twice, and return the first exit status that is not 0."""
    for name in ("x-{}", "somewhat-longer-{}-name"):
        with tempfile.TemporaryDirectory() as folder:
            for kind in KINDS:
                own = name.format(kind)
                write_package(Path(folder) / own, package_files(KINDS[kind], own, seqforge.__version__))
            done = subprocess.run([sys.executable, "-m", *sys.argv[1:]], cwd=folder, check=False)  # noqa: S603
            if done.returncode:
                return done.returncode
    return 0


sys.exit(main())
