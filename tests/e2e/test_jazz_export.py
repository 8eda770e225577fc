"""The shipped model as ONNX: its solos' logits are those of NumPy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from shell import succeed

from seqforge import BackendOptions
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.plugins import Registry
from seqforge.session.models import find_model

RELATIVE, ABSOLUTE = 1e-5, 5e-5  # single precision, summed over 256 units and 200 steps; there are cells of 70


def test_onnxruntime_computes_the_shipped_model(tmp_path: Path) -> None:
    written = json.loads(succeed("export", "jazz-solos", "--json", cwd=tmp_path))
    session = onnxruntime.InferenceSession(tmp_path / written["file"], providers=["CPUExecutionProvider"])
    model = find_model(Registry.installed(), "jazz-solos").model
    reference = NumpyBackend().build(model.spec, model.weights, BackendOptions())
    generator = np.random.default_rng(2)
    state = reference.initial_state(4)
    mine, names = dict(state), list(written["outputs"])
    for steps in (1, 64, 128):
        tokens = generator.integers(-1, model.spec.vocabulary_size, (4, steps))
        context = np.stack([generator.integers(0, f.size, (4, steps)) for f in model.spec.context_fields], axis=-1)
        logits, state = reference.forward(tokens.astype(np.int32), context.astype(np.int32), state)
        values = {"tokens": tokens, "context": context, **mine}
        results = dict(zip(names, session.run(names, values), strict=True))
        mine = {name: results[f"next.{name}"] for name in state}
        np.testing.assert_allclose(results["logits"], logits, rtol=RELATIVE, atol=ABSOLUTE)
        for name, expected in state.items():
            np.testing.assert_allclose(mine[name], expected, rtol=RELATIVE, atol=ABSOLUTE)
