"""The twin of `jazzify_keras.py` in plain PyTorch: `python jazzify_torch.py original_metheny.mid`."""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from musical_values import evaluate, parsed_arguments, print_report, read_corpus, windows
from torch import nn

from seqforge import SeqforgeError


class DJModel(nn.Module):
    """One-hot values (m, T, n_values) to logits of the same shape, and the LSTM's state."""

    def __init__(self, n_a: int, n_values: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_values, n_a, batch_first=True)
        self.densor = nn.Linear(n_a, n_values)

    def forward(
        self, values: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """See the class; without `state` it starts from zeros."""
        hidden, state = self.lstm(values, state)
        return self.densor(hidden), state


def train(model: DJModel, inputs: torch.Tensor, targets: torch.Tensor, epochs: int) -> None:
    """Adam, 0.01 / (1 + 0.01 t) in update t, in batches of 32; both tensors (m, Tx, n_values)."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda update: 1 / (1 + 0.01 * update))
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(32):
            logits, _ = model(inputs[rows])
            # summed over the steps, mean over the windows; a target of zeros adds nothing
            loss = -(logits.log_softmax(dim=-1) * targets[rows]).sum() / len(rows)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


@torch.no_grad()
def play(model: DJModel, n_values: int, steps: int) -> np.ndarray:
    """The likeliest value after those before it, step by step, from zeros: (steps,)."""
    value, state, solo = torch.zeros(1, 1, n_values), None, []
    for _ in range(steps):
        logits, state = model(value, state)
        solo.append(int(logits.argmax()))
        value = nn.functional.one_hot(logits.argmax(dim=-1), n_values).float()
    return np.array(solo)


def main() -> None:
    """Read, train, play, write."""
    arguments = parsed_arguments("Jazzify with PyTorch.", out="solo_torch.mid")
    corpus = read_corpus(arguments.file, **arguments.reader)
    X, Y = windows(corpus)  # noqa: N806 - Jazzify's names
    print(f"{corpus}, X {X.shape}, Y {Y.shape}")

    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)  # at this size, more only wait for one another
    model = DJModel(n_a=64, n_values=len(corpus.names))
    inputs = torch.from_numpy(X)
    started = time.perf_counter()
    train(model, inputs, torch.from_numpy(Y).transpose(0, 1), arguments.epochs)
    print(f"{arguments.epochs} epochs in {time.perf_counter() - started:.1f} s")
    with torch.no_grad():
        probabilities = model(inputs)[0].softmax(dim=-1).transpose(0, 1).numpy()
    loss, accuracy = evaluate(probabilities, Y)

    solo = play(model, len(corpus.names), arguments.values)
    print_report(corpus, loss, accuracy, solo, arguments.out)


if __name__ == "__main__":
    try:
        main()
    except (OSError, SeqforgeError) as error:
        sys.exit(str(error))
