"""A table of logits by the last token and, carried along, by how many there were, trained by steepest descent."""

import numpy as np

from seqforge_crew import launcher

AGES = 4


class Table:
    options = ()

    def initial_weights(self, spec, generator):
        shape = (spec.vocabulary_size + 1, AGES, spec.vocabulary_size)
        return {"table": generator.standard_normal(shape).astype(np.float32)}


class TableBackend:
    def __init__(self):
        self.architectures = {"table": Table()}

    def build(self, spec, weights, options):
        return TableModel(weights["table"], options)

    def describe(self, options):
        return "a table"

    def rendezvous(self, options):
        return "socket"


class TableModel:
    def __init__(self, table, options):
        self.table = np.array(table, np.float64)
        self.workers = options.workers

    def total(self, array):
        return launcher.MEETING.total(array) if self.workers > 1 else array

    @np.errstate(all="ignore")  # of weights that run away: the loss tells
    def train_step(self, batch, state, *, learning_rate, seed):
        if self.workers > 1:
            launcher.MEETING.step()
        logits, end, ages = self._run(batch.inputs, state or self.initial_state(len(batch.inputs)))
        shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        right = np.take_along_axis(shares, batch.targets[..., None], axis=-1)[..., 0]
        loss = float(-(batch.weight * np.log(right)).sum())
        slope = shares
        np.put_along_axis(slope, batch.targets[..., None], right[..., None] - 1, axis=-1)
        gradient = np.zeros_like(self.table)
        np.add.at(gradient, (batch.inputs, ages), slope * batch.weight[..., None])
        self.table -= 100 * learning_rate * self.total(gradient)
        return float(self.total(np.array([loss]))[0]), end

    def forward(self, inputs, context, state):
        logits, end, _ = self._run(inputs, state)
        return logits.astype(np.float32), end

    def _run(self, inputs, state):
        """The token -1 finds the last row of the table."""
        steps = np.arange(inputs.shape[1])
        ages = (state["age"].astype(int) + steps) % AGES
        end = (state["age"] + inputs.shape[1]) % AGES
        return self.table[inputs, ages], {"age": end.astype(np.float32)}, ages

    def initial_state(self, batch_size):
        return {"age": np.zeros((batch_size, 1), np.float32)}

    def weights(self):
        return {"table": self.table.astype(np.float32)}

    def load_weights(self, weights):
        self.table = np.array(weights["table"], np.float64)

    def optimizer_state(self):
        return {"table": self.table}

    def load_optimizer_state(self, state):
        self.table = np.array(state["table"])
