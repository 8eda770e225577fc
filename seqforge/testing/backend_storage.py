"""Checks of what goes into a model and comes out of it: weights, optimizer state, everything that a seed decides."""

from __future__ import annotations

import numpy as np
import pytest

from seqforge.errors import SeqforgeError
from seqforge.interfaces import BackendOptions
from seqforge.testing.arrays import assert_equal
from seqforge.testing.backend_models import BackendModels
from seqforge.testing.batches import Case, random_batch
from seqforge.testing.suite import check

__all__ = ["StorageChecks"]


class StorageChecks(BackendModels):
    """A model keeps what it is given, gives copies away, and does the same again from the same start."""

    @check()
    def test_small_models_can_be_built(self, case: Case) -> None:
        if case.drops and "dropout" in self.declared():
            pytest.skip("it declares that it lacks: dropout")
        self.model(case)

    @check()
    def test_it_describes_itself_in_one_line(self) -> None:
        description = self.backend().describe(BackendOptions(extra=self.extra))
        assert description.strip()
        assert "\n" not in description

    @check(needs=("registration",))
    def test_it_has_the_registered_architectures(self) -> None:
        assert set(self.backend().architectures) == set(self.part().spec.architectures)

    @check()
    def test_initial_weights_follow_the_seed(self, usual: Case) -> None:
        architecture, spec = self.backend().architectures[usual.architecture], self.spec(usual)
        first, again, other = (architecture.initial_weights(spec, np.random.default_rng(seed)) for seed in (1, 1, 2))
        assert_equal(first, again)
        assert all(array.dtype == np.float32 for array in first.values())
        if "random weights" in self.declared():
            assert_equal(first, other)
        else:
            assert any(not np.array_equal(first[name], other[name]) for name in first), (
                'they are the same for every seed; a backend of which that is meant says lacks=("random weights",)'
            )

    @check()
    def test_it_starts_from_the_given_weights(self, case: Case) -> None:
        if case.drops and "dropout" in self.declared():
            pytest.skip("it declares that it lacks: dropout")
        model, _ = self.model(case)
        assert_equal(model.weights(), self.start(case))

    @check()
    def test_it_has_what_it_does_not_declare_as_missing(self, usual: Case) -> None:
        model, _ = self.model(usual)
        state = model.optimizer_state()
        if not self.has_optimizer_state():
            assert not state, f"it declares that it lacks optimizer state, but gives {sorted(state)}"
        else:
            names = [f"adam.{moment}.{name}" for name in model.weights() for moment in ("m", "v")]
            assert sorted(state) == sorted(["adam.step", *names]), (
                'these are the names of Adam\'s state; a backend without it says lacks=("optimizer state",)'
            )
            assert state["adam.step"] == 0
        if "dropout" in self.declared() and not self.missing_option(usual, "dropout"):
            with pytest.raises(SeqforgeError):  # it would be left out in silence
                self.model(self.dropping(usual))

    @check()
    def test_learning_rate_zero_changes_no_weight(self, usual: Case) -> None:
        model, spec = self.model(usual)
        before = model.weights()
        model.train_step(random_batch(spec, np.random.default_rng(24)), None, learning_rate=0.0, seed=25)
        assert_equal(model.weights(), before)

    @check()
    def test_arrays_that_come_out_are_copies(self, usual: Case) -> None:
        model, spec = self.model(usual)
        model.train_step(random_batch(spec, np.random.default_rng(19)), None, learning_rate=0.01, seed=20)
        for arrays in (model.weights, model.optimizer_state):
            before = {name: array.copy() for name, array in arrays().items()}
            for array in arrays().values():
                array[...] = 7
            assert_equal(arrays(), before)

    @check(after=("arrays_that_come_out_are_copies",))
    def test_arrays_that_go_in_are_copied(self, usual: Case) -> None:
        model, spec = self.model(usual)
        model.train_step(random_batch(spec, np.random.default_rng(21)), None, learning_rate=0.01, seed=22)
        weights, optimizer_state = model.weights(), model.optimizer_state()
        model.load_weights(weights)
        model.load_optimizer_state(optimizer_state)
        for array in (*weights.values(), *optimizer_state.values()):
            array[...] = 7
        assert all(not np.all(array == 7) for array in (*model.weights().values(), *model.optimizer_state().values()))

    @check()
    def test_equal_starts_give_equal_bits(self, usual: Case) -> None:
        model, other, spec = self.twins(usual)
        generator = np.random.default_rng(18)
        for step in range(4):
            batch = random_batch(spec, generator, weighted=True)
            losses = [each.train_step(batch, None, learning_rate=0.01, seed=step)[0] for each in (model, other)]
            assert losses[0] == losses[1]
        assert_equal(model.weights(), other.weights())
        assert_equal(model.optimizer_state(), other.optimizer_state())

    @check(after=("arrays_that_come_out_are_copies", "equal_starts_give_equal_bits"))
    def test_weights_survive_saving_and_loading(self, usual: Case) -> None:
        model, spec = self.model(usual)
        generator = np.random.default_rng(28)
        for step in range(3):
            model.train_step(random_batch(spec, generator), None, learning_rate=0.01, seed=step)
        fresh, _ = self.model(usual, seed=99)
        fresh.load_weights(model.weights())
        assert_equal(fresh.weights(), model.weights())
        batch = random_batch(spec, generator)
        logits = [each.forward(batch.inputs, batch.context, each.initial_state(3))[0] for each in (model, fresh)]
        np.testing.assert_array_equal(logits[0], logits[1])

    @check(needs=("optimizer state",))
    def test_the_optimizer_goes_on_from_step_to_step(self, usual: Case) -> None:
        """Adam's moments after two steps along the same gradient, from those after one."""
        model, spec = self.model(usual)
        batch = random_batch(spec, np.random.default_rng(38))
        states = []
        for _ in range(2):
            model.train_step(batch, None, learning_rate=0.0, seed=39)
            states.append(model.optimizer_state())
        assert [int(state["adam.step"]) for state in states] == [1, 2]
        for name in model.weights():
            for moment, factor in (("m", 1.9), ("v", 1.999)):
                one, two = (state[f"adam.{moment}.{name}"] for state in states)
                np.testing.assert_allclose(two, one * factor, rtol=1e-4, atol=1e-9, err_msg=f"adam.{moment}.{name}")

    @check(
        needs=("optimizer state",),
        after=(
            "equal_starts_give_equal_bits",
            "weights_survive_saving_and_loading",
            "the_optimizer_goes_on_from_step_to_step",
        ),
    )
    def test_optimizer_state_survives_saving_and_loading(self, usual: Case) -> None:
        unbroken, spec = self.model(usual)
        generator = np.random.default_rng(29)
        batches = [random_batch(spec, generator) for _ in range(6)]
        for batch in batches[:3]:
            unbroken.train_step(batch, None, learning_rate=0.01, seed=30)
        model, _ = self.model(usual, seed=99)
        model.load_weights(unbroken.weights())
        model.load_optimizer_state(unbroken.optimizer_state())
        assert_equal(model.optimizer_state(), unbroken.optimizer_state())
        for batch in batches[3:]:
            for each in (model, unbroken):
                each.train_step(batch, None, learning_rate=0.01, seed=31)
        assert_equal(model.weights(), unbroken.weights())
        assert_equal(model.optimizer_state(), unbroken.optimizer_state())
        assert model.optimizer_state()["adam.step"] == 6

    @check(needs=("dropout",))
    def test_dropout_follows_the_seed(self, usual: Case) -> None:
        """And nothing else: not the steps that came before."""
        model, spec = self.model(self.dropping(usual))
        batch = random_batch(spec, np.random.default_rng(23))
        losses = [model.train_step(batch, None, learning_rate=0.0, seed=seed)[0] for seed in (1, 2, 1)]
        assert losses[0] == losses[2], "the same seed drops something else"
        assert losses[0] != losses[1], "another seed drops the same, or nothing is dropped"

    @check(needs=("dropout",))
    def test_dropout_spares_forward(self, usual: Case) -> None:
        model, spec = self.model(self.dropping(usual))
        plain, _ = self.model(usual)
        batch = random_batch(spec, np.random.default_rng(32))
        logits = [each.forward(batch.inputs, batch.context, each.initial_state(3))[0] for each in (model, plain)]
        np.testing.assert_allclose(logits[0], logits[1], rtol=0, atol=1e-5)

    def missing_option(self, case: Case, name: str) -> bool:
        """Whether the architecture of the case has no option of that name."""
        return all(option.name != name for option in self.backend().architectures[case.architecture].options)
