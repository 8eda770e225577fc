import sys
from pathlib import Path

import pytest

from seqforge_ray.environment import be_quiet

be_quiet()  # before a test imports Ray
sys.path.insert(0, str(Path(__file__).parent))  # workers find the functions in work.py: they get our search path


@pytest.fixture(scope="session")
def launcher():
    """One launcher, and one Ray with two CPUs, whatever the machine has, for all tests of this process."""
    import ray

    from seqforge_ray.launcher import RayLauncher

    yield RayLauncher(cpus=2)
    ray.shutdown()


@pytest.fixture(scope="session")
def cluster():
    """A Ray that commands connect to, each for a run."""
    from commands import hold_ray

    cluster = hold_ray()
    yield cluster
    cluster.holder.communicate("", timeout=60)
