"""What changes logits before a token is drawn: the order, and the temperature.

The order is fixed: what the guide forbids, then penalties (`penalties.py`), temperature, truncations
(`truncations.py`), renormalisation, and the draw (`samplers.py`) or the search (`searches.py`). Minus infinity stays
minus infinity under every one of them, and no row becomes empty. docs/sampling.md has the formulas.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from seqforge.errors import OutOfRange, UnknownName
from seqforge.interfaces import Vocabulary

__all__ = ["ClassTemperature", "Temperature", "log_softmax", "softmax"]

Logits = NDArray[np.float64]
Ints = NDArray[np.int32]

_LARGEST_TEMPERATURE = 100.0
_SMALLEST_TEMPERATURE = 1e-300
# Below it even log-probabilities near 0 leave the range of numbers when they are divided; no smaller one differs.


def softmax(logits: Logits) -> NDArray[np.float64]:
    """Probabilities (B, V) of logits (B, V); minus infinity gives 0."""
    probabilities: NDArray[np.float64] = logits - logits.max(axis=-1, keepdims=True)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=-1, keepdims=True)
    return probabilities


def log_softmax(logits: Logits) -> NDArray[np.float64]:
    """Log-probabilities (B, V), in nats, of logits (B, V); minus infinity stays what it is."""
    shifted: NDArray[np.float64] = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted


class Temperature:
    """Divide the logits: below 1 makes likely tokens likelier (Ackley, Hinton and Sejnowski 1985)."""

    def __init__(self, *, temperature: float) -> None:
        self.temperature = temperature

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        # the largest is moved to 0 first: under a tiny temperature the others become minus infinity, as they should
        scaled: Logits = logits - logits.max(axis=-1, keepdims=True)
        with np.errstate(over="ignore"):
            scaled /= self.temperature
        return scaled


class ClassTemperature:
    """Temperatures of single token classes, written as `pitch=0.9,duration=1.1`; other classes keep 1.

    Probabilities are raised to 1 / temperature of the token's class, and normalised again. Where every token has the
    same class, or every class the same temperature, this is what `Temperature` does.
    """

    def __init__(self, *, class_temperature: str) -> None:
        self.temperatures = _parse_temperatures(class_temperature)
        self._of_symbols: NDArray[np.float64] | None = None  # (V,), once the vocabulary is known

    def with_vocabulary(self, vocabulary: Vocabulary) -> ClassTemperature:
        """See `seqforge.Processor`; `UnknownName` if the vocabulary has no class of a name."""
        for name in self.temperatures:
            if name not in vocabulary.classes:
                raise UnknownName("token class in class_temperature", name, set(vocabulary.classes))
        processor = ClassTemperature(class_temperature="")
        processor.temperatures = self.temperatures
        processor._of_symbols = np.array([self.temperatures.get(name, 1.0) for name in vocabulary.classes])
        return processor

    def __call__(self, logits: Logits, history: Ints, token_class: Ints) -> Logits:
        """See `seqforge.Processor`."""
        if self._of_symbols is None:
            raise TypeError("the processor class-temperature needs a vocabulary: call with_vocabulary first")
        scaled = log_softmax(logits)  # logits are known but for a constant, which would weigh the classes
        with np.errstate(over="ignore"):
            scaled /= self._of_symbols
        scaled -= scaled.max(axis=-1, keepdims=True)
        return scaled


def _parse_temperatures(text: str) -> dict[str, float]:
    """By class, from `pitch=0.9,duration=1.1`."""
    temperatures: dict[str, float] = {}
    for item in text.split(",") if text.strip() else ():
        name, _, number = (part.strip() for part in item.partition("="))
        try:
            value = float(number)
        except ValueError:
            value = 0.0
        if not name or name in temperatures or not 0 < value <= _LARGEST_TEMPERATURE:
            allowed = f"classes, each with a number above 0 and of at most {_LARGEST_TEMPERATURE:g}"
            raise OutOfRange("class_temperature", text, f"{allowed}, such as pitch=0.9,duration=1.1")
        temperatures[name] = max(value, _SMALLEST_TEMPERATURE)
    return temperatures
