"""The suite of backends blames a wrong backend for what is wrong with it, and for nothing else."""

import json

import pytest

PLUGIN = """
from seqforge import BackendSpec, hookimpl

@hookimpl
def seqforge_register_backends():
    return [BackendSpec(name={name!r}, target={target!r}, summary="for a test", architectures={architectures!r},
                        lacks={lacks!r})]
"""

WRONG = """
from dataclasses import replace
import itertools
import numpy as np
from seqforge import LSTM
from seqforge.numpy_backend.lstm_model import LSTMModel

class Backend:
    architectures = {"lstm": LSTM()}
    def build(self, spec, weights, options):
        return Wrong(spec, weights, options)
    def describe(self, options):
        return "one that is wrong"
"""

SWAPPED = """
def swapped(arrays):
    result = dict(arrays)
    for name, array in arrays.items():
        if "lstm." in name:
            first, second, *others = np.split(array, 4, axis=-1)
            result[name] = np.concatenate([second, first, *others], axis=-1)
    return result

class Wrong(LSTMModel):
    def __init__(self, spec, weights, options):
        super().__init__(spec, swapped(weights), options)
    def weights(self):
        return swapped(super().weights())
    def load_weights(self, weights):
        super().load_weights(swapped(weights))
    def optimizer_state(self):
        return swapped(super().optimizer_state())
    def load_optimizer_state(self, state):
        super().load_optimizer_state(swapped(state))
"""

TRAIN = """
class Wrong(LSTMModel):
    def train_step(self, batch, state, *, learning_rate, seed):
        {change}
        return super().train_step(batch, state, learning_rate=learning_rate, seed=seed)
"""

FORWARD = """
class Wrong(LSTMModel):
    def forward(self, inputs, context, state):
        {change}
        return super().forward(inputs, context, state)
"""

BACKENDS = {
    "the order of the gates is swapped": ("it agrees with numpy", SWAPPED),
    "the weights of the batch are ignored": (
        "weights of the batch count",
        TRAIN.format(change="batch = replace(batch, weight=np.full_like(batch.weight, 1 / batch.weight.size))"),
    ),
    "what has no weight is counted in the loss alone": (
        "weights of the batch count",
        """
class Wrong(LSTMModel):
    def train_step(self, batch, state, *, learning_rate, seed):
        loss, end = super().train_step(batch, state, learning_rate=learning_rate, seed=seed)
        return loss + 0.01 * int(batch.targets.sum()), end
""",
    ),
    "the state is not carried in training": ("state is carried", TRAIN.format(change="state = None")),
    "the state is not carried in generation": (
        "state is carried",
        FORWARD.format(change="state = self.initial_state(len(inputs))"),
    ),
    "the seed is ignored": ("dropout follows the seed", TRAIN.format(change="seed = 5")),
    "the seed is that of another generator": (
        "dropout follows the seed",
        "NUMBERS = itertools.count()\n" + TRAIN.format(change="seed = next(NUMBERS)"),
    ),
    "the state of the optimizer is lost": (
        "optimizer state survives saving and loading",
        "class Wrong(LSTMModel):\n    def load_optimizer_state(self, state):\n        pass\n",
    ),
    "the optimizer starts anew at each step": (
        "the optimizer goes on from step to step",
        "from seqforge.numpy_backend.adam import Adam\n" + TRAIN.format(change="self._adam = Adam(self._weights)"),
    ),
    "forward looks ahead": (
        "forward is causal",
        FORWARD.format(change="inputs = np.concatenate([inputs[:, 1:], inputs[:, -1:]], axis=1)"),
    ),
    "forward mixes all steps": (
        "forward is causal",
        """
class Wrong(LSTMModel):
    def forward(self, inputs, context, state):
        logits, state = super().forward(inputs, context, state)
        return logits + logits.mean(axis=1, keepdims=True), state
""",
    ),
    "training looks ahead": (
        "training is causal",
        TRAIN.format(
            change="batch = replace(batch, inputs=np.concatenate([batch.inputs[:, 1:], batch.inputs[:, :1]], axis=1))"
        ),
    ),
    "gradients are clipped too early": (
        "gradients are clipped by their global norm",
        """
class Wrong(LSTMModel):
    def __init__(self, spec, weights, options):
        super().__init__(spec, weights, options)
        self.clip_norm = options.clip_norm / 2
""",
    ),
    "a weight is given away": (
        "arrays that come out are copies",
        "class Wrong(LSTMModel):\n    def weights(self):\n        return self._weights\n",
    ),
}

OWN = """
import numpy as np
from seqforge import Option

class Leaky:
    options = (Option(name="hidden", type=int, default=6, minimum=1, help="units"),)
    def initial_weights(self, spec, generator):
        shapes = {"table": (spec.vocabulary_size, spec.options["hidden"]),
                  "output": (spec.options["hidden"], spec.vocabulary_size)}
        for index, field in enumerate(spec.context_fields):
            shapes[f"context.{index}"] = (field.size, spec.vocabulary_size)
        return {name: generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}

class Model:
    def __init__(self, spec, weights):
        self.spec = spec
        self.values = {name: np.array(array, np.float32) for name, array in weights.items()}
    def initial_state(self, batch_size):
        return {"trace": np.zeros((batch_size, self.spec.options["hidden"]), np.float32)}
    def traces(self, inputs, state):
        trace, traces = state["trace"], []
        for step in range(inputs.shape[1]):
            seen = np.where(inputs[:, step, None] >= 0, self.values["table"][inputs[:, step]], 0)
            trace = (np.float32(0.5) * trace + seen).astype(np.float32)
            traces.append(trace)
        return np.stack(traces, axis=1), {"trace": trace.copy()}
    def logits(self, traces, context):
        logits = traces @ self.values["output"]
        for index in range(context.shape[2]):
            logits = logits + self.values[f"context.{index}"][context[..., index]]
        return logits
    def forward(self, inputs, context, state):
        traces, state = self.traces(inputs, state)
        return self.logits(traces, context), state
    def train_step(self, batch, state, *, learning_rate, seed):
        traces, end = self.traces(batch.inputs, state or self.initial_state(len(batch.inputs)))
        logits = self.logits(traces, batch.context).astype(np.float64)
        exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares = exponentials / exponentials.sum(axis=-1, keepdims=True)
        chosen = np.take_along_axis(shares, batch.targets[..., None], axis=-1)[..., 0]
        loss = float(-(np.log(chosen) * batch.weight).sum())
        gradient = shares * batch.weight[..., None]
        np.put_along_axis(gradient, batch.targets[..., None],
                          np.take_along_axis(gradient, batch.targets[..., None], axis=-1)
                          - batch.weight[..., None], axis=-1)
        self.values["output"] -= np.float32(learning_rate) * np.einsum("bth,btv->hv", traces, gradient).astype("f4")
        return loss, end
    def weights(self):
        return {name: array.copy() for name, array in self.values.items()}
    def load_weights(self, weights):
        self.values = {name: np.array(array, np.float32) for name, array in weights.items()}
    def optimizer_state(self):
        return {}
    def load_optimizer_state(self, state):
        pass

class Backend:
    architectures = {"leaky": Leaky()}
    def build(self, spec, weights, options):
        return Model(spec, weights)
    def describe(self, options):
        return "leaky traces, by gradient descent"
"""

COUNTS = """
import numpy as np

class Bigrams:
    options = ()
    def initial_weights(self, spec, generator):
        return {"counts": np.ones((spec.vocabulary_size + 1, spec.vocabulary_size), np.float32)}

class Model:
    def __init__(self, weights):
        self.load_weights(weights)
    def initial_state(self, batch_size):
        return {}
    def chances(self, inputs):
        return (self.counts / self.counts.sum(axis=1, keepdims=True))[inputs]
    def forward(self, inputs, context, state):
        return np.log(self.chances(inputs)), {}
    def train_step(self, batch, state, *, learning_rate, seed):
        chosen = np.take_along_axis(self.chances(batch.inputs), batch.targets[..., None], axis=-1)[..., 0]
        if learning_rate:
            np.add.at(self.counts, (batch.inputs, batch.targets), (batch.weight > 0).astype("f4"))
        return float(-(np.log(chosen) * batch.weight).sum()), {}
    def weights(self):
        return {"counts": self.counts.copy()}
    def load_weights(self, weights):
        self.counts = np.array(weights["counts"], np.float32)
    def optimizer_state(self):
        return {}
    def load_optimizer_state(self, state):
        pass

class Backend:
    architectures = {"bigrams": Bigrams()}
    def build(self, spec, weights, options):
        return Model(weights)
    def describe(self, options):
        return "counting"
"""


@pytest.fixture
def check(process, plant, tmp_path):
    """`check(source)`: the exit status, and what each check of the backend in that source came to."""

    def start(source, *, architectures=("lstm",), lacks=()):
        plugin = PLUGIN.format(name="tested", target="tested_backend:Backend", architectures=architectures, lacks=lacks)
        modules = {"tested_plugin.py": plugin, "tested_backend.py": source}
        site = plant(tmp_path / "site", "tested-backend", {"tested": "tested_plugin"}, modules)
        outcome = process("plugins", "check", "tested", "--json", path=[site])
        checks = json.loads(outcome.out)["checks"]
        return outcome, {check["property"]: check for check in checks}

    return start


def of(checks, outcome):
    return [name for name, check in checks.items() if check["outcome"] == outcome]


@pytest.mark.parametrize("what", BACKENDS)
def test_a_wrong_backend_is_blamed_for_what_is_wrong(check, what):
    broken, source = BACKENDS[what]
    outcome, checks = check(WRONG + source)
    assert of(checks, "failed") == [broken]
    assert outcome.status == 3
    assert f"tested does not keep what parts of its kind promise (backend tested: {broken})" in outcome.err


def test_what_rests_on_a_broken_property_is_not_judged(check):
    broken, source = BACKENDS["the state is not carried in training"]
    _, checks = check(WRONG + source)
    assert of(checks, "not judged") == ["it agrees with numpy", "extreme logits stay finite"]
    assert checks["it agrees with numpy"]["detail"] == f"'{broken}' failed"


def test_a_backend_of_its_own_kind_passes_and_is_told_what_does_not_apply(check):
    outcome, checks = check(OWN, architectures=("leaky",), lacks=("optimizer state",))
    assert of(checks, "failed") == []
    assert (outcome.status, outcome.err) == (0, "")
    reasons = {name: checks[name]["detail"] for name in of(checks, "does not apply")}
    assert reasons == {
        "optimizer state survives saving and loading": "it declares that it lacks: optimizer state",
        "dropout follows the seed": "architecture leaky has no option dropout",
        "dropout spares forward": "architecture leaky has no option dropout",
        "gradients are those of finite differences": "it declares that it lacks: optimizer state",
        "the optimizer goes on from step to step": "it declares that it lacks: optimizer state",
        "gradients are clipped by their global norm": "it declares that it lacks: optimizer state",
        "it agrees with numpy": "architecture leaky is the backend's own; the core has none to compare it with",
        "extreme logits stay finite": "architecture leaky is the backend's own; the core has none to compare it with",
    }


def test_a_backend_that_counts_passes(check):
    outcome, checks = check(COUNTS, architectures=("bigrams",), lacks=("optimizer state", "random weights"))
    assert of(checks, "failed") == []
    assert (outcome.status, outcome.err) == (0, "")
    assert {"initial weights follow the seed", "forward is causal", "weights survive saving and loading"} <= set(
        of(checks, "passed")
    )


def test_a_backend_that_counts_and_looks_ahead_is_blamed(check):
    ahead = COUNTS.replace("np.log(self.chances(inputs))", "np.log(self.chances(np.roll(inputs, -1, axis=1)))")
    _, checks = check(ahead, architectures=("bigrams",), lacks=("optimizer state", "random weights"))
    assert of(checks, "failed") == ["forward is causal"]


@pytest.mark.parametrize(
    ("source", "architectures", "lacks", "broken"),
    [
        (OWN, ("leaky",), ("optimizer state", "random weights"), "initial weights follow the seed"),
        (COUNTS, ("bigrams",), ("optimizer state",), "initial weights follow the seed"),
        (OWN, ("leaky",), (), "it has what it does not declare as missing"),
        (WRONG + "Wrong = LSTMModel", ("lstm",), ("optimizer state",), "it has what it does not declare as missing"),
        (WRONG + "Wrong = LSTMModel", ("lstm",), ("dropout",), "it has what it does not declare as missing"),
        (WRONG + "Wrong = LSTMModel", ("lstm",), ("carried state",), "enough checks apply"),
        (WRONG + "Wrong = LSTMModel", ("lstm", "gru"), (), "it has the registered architectures"),
    ],
)
def test_what_is_declared_must_be_true(check, source, architectures, lacks, broken):
    outcome, checks = check(source, architectures=architectures, lacks=lacks)
    assert broken in of(checks, "failed")
    assert outcome.status == 3
