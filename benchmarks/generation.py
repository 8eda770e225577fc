"""Microseconds a token when an LSTM of 64 units over 78 values generates, sampling included, side by side.

    python benchmarks/generation.py [--tokens 400] [--rounds 5]

seqforge's loop beside what users would write by hand: a C loop (needs a C compiler), a loop over PyTorch's LSTMCell,
and the Keras inference model of Jazzify, all with the same weights and one thread. Those that are not installed are
left out. They take turns, so that whatever else the machine does meets all of them; compare the ratios.

The last lines are the `jazz` recipe's model (138 symbols, 17 context fields, relative output) under its guide.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from seqforge import threads

threads.limit(1)  # before NumPy is imported
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np  # noqa: E402

from seqforge import LSTM, BackendOptions, ModelSpec, Vocabulary  # noqa: E402
from seqforge.generation.loop import generate_tokens  # noqa: E402
from seqforge.plugins import Registry  # noqa: E402
from seqforge.session.strategy import make_strategy, sampling_settings  # noqa: E402

HIDDEN, VALUES = 64, 78
GUIDE_BARS = 32

C_LOOP = r"""
#include <math.h>
#include <stdint.h>
#define H 64
#define V 78
/* table (V, 4H): kernel and bias; gates in the order input, forget, cell, output */
void generate(const float *table, const float *recurrent, const float *out, const float *bias,
              uint64_t seed, int steps, int *tokens) {
    float h[H] = {0}, c[H] = {0}, g[4 * H], logits[V];
    int token = 0;
    for (int t = 0; t < steps; t++) {
        for (int j = 0; j < 4 * H; j++) g[j] = table[token * 4 * H + j];
        for (int k = 0; k < H; k++)
            for (int j = 0; j < 4 * H; j++) g[j] += h[k] * recurrent[k * 4 * H + j];
        for (int j = 0; j < H; j++) {
            float i = 1 / (1 + expf(-g[j])), f = 1 / (1 + expf(-g[H + j])), o = 1 / (1 + expf(-g[3 * H + j]));
            c[j] = f * c[j] + i * tanhf(g[2 * H + j]);
            h[j] = o * tanhf(c[j]);
        }
        for (int v = 0; v < V; v++) logits[v] = bias[v];
        for (int k = 0; k < H; k++)
            for (int v = 0; v < V; v++) logits[v] += h[k] * out[k * V + v];
        float largest = logits[0], sum = 0;
        for (int v = 1; v < V; v++) if (logits[v] > largest) largest = logits[v];
        for (int v = 0; v < V; v++) sum += logits[v] = expf(logits[v] - largest);
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        float wanted = (float)(seed >> 40) / 16777216.0f * sum;
        for (token = 0; token < V - 1 && wanted >= logits[token]; token++) wanted -= logits[token];
        tokens[t] = token;
    }
}
"""

Timed = Callable[[], float]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=400, help="a sequence")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        contenders = dict(all_contenders(arguments.tokens, Path(folder)))
        for run in contenders.values():
            run()
        best = dict.fromkeys(contenders, float("inf"))
        for _ in range(arguments.rounds):
            for name, run in contenders.items():
                best[name] = min(best[name], run())
    reference = best["seqforge, 1 sequence"]
    print(f"{'':44} {'us a token':>10} {'ratio':>9}")
    for name, microseconds in best.items():
        print(f"{name:44} {microseconds:10.2f} {microseconds / reference:9.3f}")


def all_contenders(tokens: int, folder: Path) -> Iterator[tuple[str, Timed]]:
    """Each by its name; calling one generates, and gives microseconds a token."""
    spec = plain_spec()
    weights = weights_of(spec)
    if shutil.which("cc"):
        yield "C, -O3, 1 sequence", c_loop(weights, folder)
    yield "seqforge, 1 sequence", seqforge_loop(spec, weights, Endless(tokens), {}, 1)
    if importlib.util.find_spec("torch"):
        yield "PyTorch LSTMCell, 1 sequence", torch_loop(weights, tokens, 1)
    if importlib.util.find_spec("seqforge_keras"):
        yield "Keras, Jazzify's inference model, 50 values", jazzify_model(weights)
    yield "seqforge, 1,024 sequences", seqforge_loop(spec, weights, Endless(tokens), {}, 1024)
    if importlib.util.find_spec("torch"):
        yield "PyTorch LSTMCell, 1,024 sequences", torch_loop(weights, min(tokens, 50), 1024)
    codecs = Registry.installed()
    if codecs.has("codecs", "melody"):
        part = codecs.find("codecs", "melody")
        codec = part.build(vocabulary=None)
        prompt = {option.name: option.default for option in part.spec.prompt_options}
        prompt["chords"] = " | ".join(["Dm7", "G7", "Cmaj7", "A7"] * (GUIDE_BARS // 4))
        narrow = NarrowCodec(codec)
        ranged = {**prompt, "range": narrow.range}
        yield "seqforge, 1,024, jazz guide", seqforge_loop(spec, weights, narrow, ranged, 1024)
        wide = jazz_spec(codec)
        for count in (1, 1024):
            name = f"seqforge, {count:,}, jazz guide and recipe's model"
            yield name, seqforge_loop(wide, weights_of(wide), codec, prompt, count)


def plain_spec() -> ModelSpec:
    """One-hot tokens, no context."""
    options = {"layers": 1, "hidden": HIDDEN, "embedding": 0, "context_embedding": 16, "dropout": 0.0}
    return ModelSpec(architecture="lstm", vocabulary_size=VALUES, context_fields=(), options=options)


def jazz_spec(codec: Any) -> ModelSpec:
    """The model of the `jazz` recipe."""
    sizes = {"layers": 1, "hidden": HIDDEN, "embedding": 16, "context_embedding": 16}
    options = {**sizes, "dropout": 0.0, "relative_output": True}
    return ModelSpec(
        architecture="lstm",
        vocabulary_size=len(codec.vocabulary),
        context_fields=codec.context_fields,
        output_views=codec.output_views,
        options=options,
    )


def weights_of(spec: ModelSpec) -> dict[str, np.ndarray]:
    """Initial ones: how likely the tokens are changes nothing in the work."""
    return dict(LSTM().initial_weights(spec, np.random.default_rng(1)))


class Endless:
    """A codec without rules: sequences end after so many tokens."""

    vocabulary = Vocabulary(tuple(map(str, range(VALUES))), ("value",) * VALUES)
    context_fields = ()

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens

    def guides(self, prompts: list[Any]) -> EndlessGuides:
        return EndlessGuides(len(prompts), self.tokens)


class EndlessGuides:
    def __init__(self, rows: int, tokens: int) -> None:
        self.left = tokens
        self.done = np.zeros(rows, np.bool_)
        self._context = np.zeros((rows, 0), np.int32)

    def context(self) -> np.ndarray:
        return self._context

    def allowed(self) -> None:
        return None

    def accept(self, tokens: np.ndarray) -> None:
        self.left -= 1
        if not self.left:
            self.done = np.ones_like(self.done)


class NarrowCodec:
    """The jazz guide for a model of 78 values that is not told their context: what the guide costs.

    The values are a rest, a tie, the 28 pitches of a range and 48 durations.
    """

    context_fields = ()

    def __init__(self, codec: Any, lowest_pitch: int = 50) -> None:
        self.codec = codec
        pitches = [f"pitch-{pitch}" for pitch in range(lowest_pitch, lowest_pitch + 28)]
        durations = [f"ticks-{ticks}" for ticks in range(1, 49)]
        symbols = ("rest", "tie", *pitches, *durations)
        self.tokens = np.array([codec.vocabulary.symbols.index(symbol) for symbol in symbols], np.int32)
        self.vocabulary = Vocabulary(symbols, tuple(codec.vocabulary.classes[token] for token in self.tokens))
        self.range = f"{lowest_pitch}-{lowest_pitch + 27}"

    def guides(self, prompts: list[Any]) -> NarrowGuides:
        return NarrowGuides(self.codec.guides(prompts), self.tokens)


class NarrowGuides:
    def __init__(self, guides: Any, tokens: np.ndarray) -> None:
        self.guides = guides
        self.tokens = tokens

    @property
    def done(self) -> np.ndarray:
        done: np.ndarray = self.guides.done
        return done

    def context(self) -> np.ndarray:
        return self.guides.context()[:, :0]  # worked out, and not looked at

    def allowed(self) -> np.ndarray:
        return np.take(self.guides.allowed(), self.tokens, axis=1)

    def accept(self, tokens: np.ndarray) -> None:
        self.guides.accept(self.tokens[tokens])

    def select(self, rows: np.ndarray) -> NarrowGuides:
        return NarrowGuides(self.guides.select(rows), self.tokens)


def seqforge_loop(
    spec: ModelSpec, weights: Mapping[str, np.ndarray], codec: Any, prompt: Mapping[str, Any], count: int
) -> Timed:
    registry = Registry.installed()
    model = registry.find("backends", "numpy").build().build(spec, weights, BackendOptions())
    strategy = make_strategy(registry, sampling_settings(registry, {}, "--"))

    def run() -> float:
        start = time.perf_counter()
        made = list(generate_tokens(model, codec, [prompt] * count, strategy, seed=1))
        return (time.perf_counter() - start) / sum(map(len, made)) * 1e6

    return run


def c_loop(weights: Mapping[str, np.ndarray], folder: Path, steps: int = 20_000) -> Timed:
    source, library = folder / "loop.c", folder / "loop.so"
    source.write_text(C_LOOP)
    subprocess.run(
        ["cc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", source, "-o", library, "-lm"], check=True
    )
    function = ctypes.CDLL(str(library)).generate
    table = np.ascontiguousarray(weights["lstm.0.kernel"] + weights["lstm.0.bias"])
    arrays = [table, *(weights[name] for name in ("lstm.0.recurrent", "output.kernel", "output.bias"))]
    pointers = [array.ctypes.data_as(ctypes.c_void_p) for array in arrays]
    tokens = np.empty(steps, np.int32)

    def run() -> float:
        start = time.perf_counter()
        function(*pointers, ctypes.c_uint64(1), steps, tokens.ctypes.data_as(ctypes.c_void_p))
        return (time.perf_counter() - start) / steps * 1e6

    return run


def torch_loop(weights: Mapping[str, np.ndarray], tokens: int, rows: int) -> Timed:
    import torch

    torch.set_num_threads(1)
    cell = torch.nn.LSTMCell(VALUES, HIDDEN)
    output = torch.nn.Linear(HIDDEN, VALUES)
    with torch.no_grad():
        cell.weight_ih.copy_(torch.from_numpy(weights["lstm.0.kernel"].T.copy()))
        cell.weight_hh.copy_(torch.from_numpy(weights["lstm.0.recurrent"].T.copy()))
        cell.bias_ih.copy_(torch.from_numpy(weights["lstm.0.bias"]))
        cell.bias_hh.zero_()
        output.weight.copy_(torch.from_numpy(weights["output.kernel"].T.copy()))
        output.bias.zero_()
    one_hot = torch.eye(VALUES)

    def run() -> float:
        start = time.perf_counter()
        with torch.inference_mode():
            state = (torch.zeros(rows, HIDDEN), torch.zeros(rows, HIDDEN))
            chosen = torch.zeros(rows, dtype=torch.long)
            for _ in range(tokens):
                state = cell(one_hot[chosen], state)
                chosen = torch.multinomial(torch.softmax(output(state[0]), dim=-1), 1)[:, 0]
        return (time.perf_counter() - start) / tokens / rows * 1e6

    return run


def jazzify_model(weights: Mapping[str, np.ndarray], steps: int = 50) -> Timed:
    from seqforge_keras import jazzify

    trained = jazzify.djmodel(Tx=30, n_a=HIDDEN, n_values=VALUES)
    solo = jazzify.music_inference_model(Tx=steps, n_a=HIDDEN, n_values=VALUES, model=trained)
    start_values = np.zeros((1, 1, VALUES), np.float32), np.zeros((1, HIDDEN)), np.zeros((1, HIDDEN))

    def run() -> float:
        start = time.perf_counter()
        jazzify.predict_and_sample(solo, *start_values)
        return (time.perf_counter() - start) / steps * 1e6

    return run


if __name__ == "__main__":
    main()
