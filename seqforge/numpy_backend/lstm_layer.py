"""One LSTM layer over a whole sequence: forward, and back through time.

Arrays are time first inside this module, (T, B, ...): each step then works on one contiguous block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["LayerTrace", "backward", "forward"]

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class LayerTrace:
    """What `backward` needs of a forward pass.

    `gates` (T, B, 4 H) after their nonlinearities; `cells` and `hiddens` (T + 1, B, H) with the initial state in
    front; `squashed` (T, B, H) = tanh of the cells.
    """

    gates: Floats
    cells: Floats
    hiddens: Floats
    squashed: Floats


def forward(drive: Floats, recurrent: Floats, hidden: Floats, cell: Floats) -> LayerTrace:
    """Run the layer. `drive` (T, B, 4 H) is input x kernel + bias, and is overwritten by the gates.

    Gates: sigmoid for input, forget and output, tanh for cell; c = f c + i g; h = o tanh(c).
    """
    steps, batch, width = drive.shape
    size = width // 4
    cells = np.empty((steps + 1, batch, size), np.float32)
    hiddens = np.empty((steps + 1, batch, size), np.float32)
    squashed = np.empty((steps, batch, size), np.float32)
    cells[0], hiddens[0] = cell, hidden
    product = np.empty((batch, width), np.float32)
    # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: one call of tanh then serves all four gates
    scale = np.full(width, 0.5, np.float32)
    scale[2 * size : 3 * size] = 1
    shift = 1 - scale
    shift[2 * size : 3 * size] = 0
    for t in range(steps):
        gates = drive[t]
        np.matmul(hiddens[t], recurrent, out=product)
        gates += product
        gates *= scale
        np.tanh(gates, out=gates)
        gates *= scale
        gates += shift
        np.multiply(gates[:, size : 2 * size], cells[t], out=cells[t + 1])
        cells[t + 1] += gates[:, :size] * gates[:, 2 * size : 3 * size]
        np.tanh(cells[t + 1], out=squashed[t])
        np.multiply(gates[:, 3 * size :], squashed[t], out=hiddens[t + 1])
    return LayerTrace(gates=drive, cells=cells, hiddens=hiddens, squashed=squashed)


def backward(trace: LayerTrace, recurrent: Floats, grad_hiddens: Floats) -> Floats:
    """Gradient (T, B, 4 H) of the loss with respect to `drive`, from that of each step's output (T, B, H)."""
    steps, batch, width = trace.gates.shape
    size = width // 4
    grad = np.empty_like(trace.gates)
    grad_hidden = np.zeros((batch, size), np.float32)
    grad_cell = np.zeros((batch, size), np.float32)
    recurrent_t = np.ascontiguousarray(recurrent.T)
    slopes = _slopes(trace.gates, size)
    cell_slopes = 1 - trace.squashed * trace.squashed
    for t in range(steps - 1, -1, -1):
        gates, step = trace.gates[t], grad[t]
        grad_hidden += grad_hiddens[t]
        grad_cell += grad_hidden * gates[:, 3 * size :] * cell_slopes[t]
        np.multiply(grad_cell, gates[:, 2 * size : 3 * size], out=step[:, :size])
        np.multiply(grad_cell, trace.cells[t], out=step[:, size : 2 * size])
        np.multiply(grad_cell, gates[:, :size], out=step[:, 2 * size : 3 * size])
        np.multiply(grad_hidden, trace.squashed[t], out=step[:, 3 * size :])
        step *= slopes[t]
        grad_cell *= gates[:, size : 2 * size]
        np.matmul(step, recurrent_t, out=grad_hidden)
    return grad


def _slopes(gates: Floats, size: int) -> Floats:
    """The derivative of each gate's nonlinearity, from its value: s (1 - s) for sigmoid, 1 - g g for tanh."""
    slopes = gates * (1 - gates)
    cell_gate = gates[..., 2 * size : 3 * size]
    slopes[..., 2 * size : 3 * size] = 1 - cell_gate * cell_gate
    return slopes
