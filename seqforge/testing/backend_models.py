"""The models that the checks of backends are made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from seqforge.interfaces import Backend, BackendOptions, Model, ModelSpec
from seqforge.numpy_backend.backend import NumpyBackend
from seqforge.testing.batches import Case, cases, random_batch, small_spec, usual_case
from seqforge.testing.suite import Suite

__all__ = ["BackendModels"]

_FIRST_STEPS = 3


class BackendModels(Suite):
    """Builds small models of every architecture that the backend has.

    A check that takes a `case` runs for every case of every architecture, one that takes a `usual` for one of each.
    """

    extra: Mapping[str, Any] = MappingProxyType({})
    """The backend's own options, if the checks shall set any."""
    options: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    """By architecture: options that make a small model of one of the backend's own; its defaults serve, too."""
    kind: ClassVar[str] = "backends"
    can_lack: ClassVar[tuple[str, ...]] = ("dropout", "optimizer state", "random weights")

    def backend(self) -> Backend:
        """The backend under test; one that is not registered can be made here."""
        backend: Backend = self.part().build()
        return backend

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a check for the cases that it takes."""
        if not {"case", "usual"}.intersection(metafunc.fixturenames):
            return
        architectures = self.backend().architectures
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", list(cases(architectures, self.options)), ids=str)
        else:
            metafunc.parametrize("usual", [usual_case(name, self.options) for name in architectures], ids=str)

    def missing(self, need: str, **arguments: Any) -> str:
        """See `Suite.missing`; a `reference` is an architecture of the core, which the oracle has, too."""
        if reason := super().missing(need):
            return reason
        if need == "registration" and not self.name:
            return "the suite does not say under which name it is registered"
        architectures = self.backend().architectures
        case = arguments.get("case") or arguments.get("usual")
        names = [case.architecture] if case else list(architectures)
        listed = ", ".join(names)
        if need == "reference" and not any(name in NumpyBackend.architectures for name in names):
            return f"architecture {listed} is the backend's own; the core has none to compare it with"
        if need == "dropout" and not any(
            option.name == "dropout" for name in names for option in architectures[name].options
        ):
            return f"architecture {listed} has no option dropout"
        return ""

    def spec(self, case: Case) -> ModelSpec:
        """The model of a case."""
        return small_spec(self.backend().architectures[case.architecture], case)

    def model(self, case: Case, *, clip_norm: float = 0.0, seed: int = 1) -> tuple[Model, ModelSpec]:
        """A model under test; `seed` decides its weights."""
        spec = self.spec(case)
        options = BackendOptions(clip_norm=clip_norm, extra=self.extra)
        return self.backend().build(spec, self.start(case, seed=seed), options), spec

    def oracle(self, case: Case, *, clip_norm: float = 0.0, seed: int = 1) -> Model:
        """A model of the numpy backend that starts from the same weights."""
        options = BackendOptions(clip_norm=clip_norm, extra=self.extra)
        return NumpyBackend().build(self.spec(case), self.start(case, seed=seed), options)

    def twins(self, case: Case) -> tuple[Model, Model, ModelSpec]:
        """Two models under test that start from equal weights."""
        model, spec = self.model(case)
        return model, self.model(case)[0], spec

    def dropping(self, case: Case) -> Case:
        """The case with dropout."""
        return replace(case, options={**case.options, "dropout": 0.3})

    def start(self, case: Case, *, seed: int = 1) -> Mapping[str, NDArray[np.float32]]:
        """The weights that a model under test starts from.

        They are drawn, or come from a few steps where all models start alike: nothing could be told of such a model.
        """
        backend, spec = self.backend(), self.spec(case)
        generator = np.random.default_rng(seed)
        weights = backend.architectures[case.architecture].initial_weights(spec, generator)
        if "random weights" not in self.declared():
            return weights
        model = backend.build(spec, weights, BackendOptions(extra=self.extra))
        for step in range(_FIRST_STEPS):
            model.train_step(random_batch(spec, generator), None, learning_rate=0.01, seed=step)
        return model.weights()

    def has_optimizer_state(self) -> bool:
        """Whether nothing is said of its missing."""
        return "optimizer state" not in self.declared()
