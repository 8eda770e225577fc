import re
import subprocess
import sys
from pathlib import Path

import pytest

from seqforge import OutOfRange
from seqforge_ray.plugin import seqforge_register_launchers


def test_the_plugin_offers_a_launcher_that_can_be_imported():
    (spec,) = seqforge_register_launchers()
    from seqforge_ray.launcher import RayLauncher

    assert (spec.name, spec.requires, spec.rendezvous) == ("ray", ("ray",), ("torch", "tensorflow"))
    assert spec.target == f"{RayLauncher.__module__}:{RayLauncher.__name__}"
    assert RayLauncher(**{option.name: option.default for option in spec.options})


def test_registering_imports_no_ray():
    code = "import sys, seqforge_ray.plugin as p; p.seqforge_register_launchers(); assert 'ray' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_launcher_imports_no_framework():
    code = "import sys, seqforge_ray.launcher; assert not {'torch', 'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_storage_that_workers_would_look_for_elsewhere_is_refused():
    from seqforge_ray.launcher import RayLauncher

    with pytest.raises(OutOfRange, match=r"launcher\.ray\.storage is 'state'; allowed: an absolute path or a URI"):
        RayLauncher(storage="state")
    assert RayLauncher(storage="s3://bucket/state").storage == "s3://bucket/state"


def test_the_core_is_known_by_its_public_names():
    for file in (Path(__file__).parents[1] / "src").rglob("*.py"):
        assert not re.search(r"^\s*(from|import) seqforge\.", file.read_text(), re.MULTILINE), file
