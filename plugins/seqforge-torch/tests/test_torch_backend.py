import subprocess
import sys

import torch

from seqforge import BackendOptions
from seqforge.testing import BackendSuite
from seqforge_torch.backend import TorchBackend
from seqforge_torch.plugin import seqforge_register_backends


class TestTorch(BackendSuite):
    name = "torch"


def test_describe_names_the_version():
    assert TorchBackend().describe(BackendOptions()) == f"PyTorch {torch.__version__}"


def test_the_plugin_offers_a_backend_that_can_be_imported():
    (spec,) = seqforge_register_backends()
    assert (spec.name, spec.requires, spec.architectures) == ("torch", ("torch",), tuple(TorchBackend.architectures))
    assert spec.target == f"{TorchBackend.__module__}:{TorchBackend.__name__}"


def test_registering_imports_no_framework():
    code = "import sys, seqforge_torch.plugin as p; p.seqforge_register_backends(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
