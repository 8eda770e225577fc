"""`seqforge export`: onnxruntime computes what the numpy backend computes, and the file stands by itself."""

import json
import re
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from seqforge import LSTM, BackendOptions, ContextField, ModelSpec, OutputView, RequestError, Vocabulary
from seqforge.export.onnx_file import check_export
from seqforge.files.model_description import spec_from_json, vocabulary_from_json
from seqforge.files.model_file import ModelFile, read_model, write_model
from seqforge.numpy_backend.backend import NumpyBackend

SYMBOLS = 11
FIELDS = (ContextField("last", 5), ContextField("place", 30))
VIEWS = (
    OutputView("place", tuple(tuple((s + 3 * value) % 7 for s in range(SYMBOLS)) for value in range(30))),
    OutputView("last", tuple(tuple(s * value % 4 for s in range(SYMBOLS)) for value in range(5))),
)
WITHOUT_ONNX = "import sys; sys.modules['onnx'] = None; from seqforge.entry import main; main()"
DOCUMENT = Path(__file__).parents[2] / "docs" / "export.md"


def model_file(*, fields=(), views=(), architecture="lstm", **options):
    """A model with weights of about 0.5 everywhere: nothing that is in the wrong place stays unseen."""
    defaults = {option.name: option.default for option in LSTM().options}
    spec = ModelSpec(
        architecture=architecture,
        vocabulary_size=SYMBOLS,
        context_fields=fields,
        options={**defaults, "hidden": 6, "context_embedding": 4, **options},
        output_views=views,
    )
    generator = np.random.default_rng(5)
    weights = LSTM().initial_weights(spec, generator)
    return ModelFile(
        spec=spec,
        codec={"name": "letters", "options": {"alphabet": 5}},
        vocabulary=Vocabulary(tuple("abcdéfgh♭♯ "), ("letter",) * SYMBOLS),
        data={"source": "cycles", "digest": "0", "licence": "CC0-1.0", "citation": "nobody"},
        provenance={"backend": "numpy", "seed": 1, "step": 1, "configuration": {}, "versions": {}},
        weights={n: generator.normal(0, 0.5, w.shape).astype(np.float32) for n, w in sorted(weights.items())},
    )


@pytest.fixture
def export(seqforge, tmp_path):
    """`export(MODEL)`: the path of the file that the command writes of a model, a path or a `ModelFile`."""

    def start(model, name="exported.onnx"):
        if isinstance(model, ModelFile):
            write_model(tmp_path / "written.safetensors", model)
            model = tmp_path / "written.safetensors"
        outcome = seqforge("export", model, name)
        assert outcome.status == 0, outcome.err
        return tmp_path / name

    return start


def session_of(path):
    onnx.checker.check_model(onnx.load(path), full_check=True)
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def forward(session, inputs, context, state):
    """A call of onnxruntime that looks like one of `Model.forward`."""
    values = {"tokens": inputs.astype(np.int64), **state}
    if context.shape[-1]:
        values["context"] = context.astype(np.int64)
    names = [output.name for output in session.get_outputs()]
    results = dict(zip(names, session.run(names, values), strict=True))
    return results["logits"], {name: results[f"next.{name}"] for name in state}


def window(generator, spec, batch_size, steps):
    """Any tokens and context, NONE now and then."""
    shape = (batch_size, steps)
    tokens = np.where(generator.random(shape) < 0.2, -1, generator.integers(0, spec.vocabulary_size, shape))
    context = np.zeros((*shape, len(spec.context_fields)), np.int32)
    for number, field in enumerate(spec.context_fields):
        context[..., number] = generator.integers(0, field.size, shape)
    return tokens.astype(np.int32), context


def assert_computes_the_same(session, model):
    """Over windows of several sizes, in each of which the state goes on from the one before."""
    reference = NumpyBackend().build(model.spec, model.weights, BackendOptions())
    generator = np.random.default_rng(8)
    for batch_size, lengths in {1: (1, 1, 1), 3: (7, 12)}.items():
        state = reference.initial_state(batch_size)
        mine = dict(state)
        for steps in lengths:
            tokens, context = window(generator, model.spec, batch_size, steps)
            logits, state = reference.forward(tokens, context, state)
            found, mine = forward(session, tokens, context, mine)
            assert found.shape == logits.shape
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, logits, rtol=0, atol=1e-5)
            for name, values in state.items():
                np.testing.assert_allclose(mine[name], values, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"layers": 3, "hidden": 9},
        {"embedding": 4},
        {"embedding": 1, "layers": 2, "dropout": 0.5},
        {"fields": FIELDS},
        {"fields": FIELDS, "embedding": 4, "layers": 2},
        {"fields": FIELDS, "views": VIEWS},
        {"fields": FIELDS, "views": VIEWS, "relative_output": True},
        {"fields": FIELDS, "views": VIEWS, "relative_output": True, "embedding": 4, "layers": 3, "hidden": 1},
    ],
    ids=lambda parts: ", ".join(parts) or "plain",
)
def test_onnxruntime_computes_what_numpy_computes(export, parts):
    model = model_file(**parts)
    assert_computes_the_same(session_of(export(model)), model)


def test_a_trained_model_computes_the_same(export, toy_run):
    assert_computes_the_same(session_of(export(toy_run)), read_model(toy_run / "model.safetensors"))


def test_the_file_says_what_its_model_file_says(export, toy_run):
    model = read_model(toy_run / "model.safetensors")
    session = session_of(export(toy_run))
    entries = session.get_modelmeta().custom_metadata_map
    values = {name.removeprefix("seqforge."): json.loads(text) for name, text in entries.items()}
    assert values["format_version"] == 1
    assert vocabulary_from_json(values["vocabulary"]) == model.vocabulary
    assert spec_from_json(values["spec"], model.vocabulary) == model.spec
    for name in ("codec", "data", "provenance", "sha256"):
        assert values[name] == getattr(model, name)
    assert len(values) == 7


def test_symbols_beyond_ascii_stay_themselves(export):
    entries = session_of(export(model_file())).get_modelmeta().custom_metadata_map
    assert json.loads(entries["seqforge.vocabulary"])["symbols"] == list("abcdéfgh♭♯ ")


@pytest.mark.parametrize(("fields", "context"), [((), []), (FIELDS, ["context"])], ids=["no context", "context"])
def test_names_and_shapes_are_those_of_the_document(export, fields, context):
    session = session_of(export(model_file(fields=fields, layers=2)))
    takes = {value.name: (value.shape, value.type) for value in session.get_inputs()}
    states = [f"lstm.{layer}.{part}" for layer in (0, 1) for part in ("hidden", "cell")]
    assert list(takes) == ["tokens", *context, *states]
    assert takes["tokens"] == (["batch", "steps"], "tensor(int64)")
    assert takes.get("context", (["batch", "steps", 2], "tensor(int64)")) == (["batch", "steps", 2], "tensor(int64)")
    assert all(takes[name] == (["batch", 6], "tensor(float)") for name in states)
    gives = {value.name: (value.shape, value.type) for value in session.get_outputs()}
    assert list(gives) == ["logits", *(f"next.{name}" for name in states)]
    assert gives["logits"] == (["batch", "steps", SYMBOLS], "tensor(float)")


def test_equal_models_give_equal_bytes(export, process, tmp_path, toy_run):
    content = export(toy_run).read_bytes()
    for seed in ("1", "2"):
        outcome = process("export", toy_run / "model.safetensors", f"{seed}.onnx", PYTHONHASHSEED=seed)
        assert (outcome.status, outcome.err) == (0, "")
        assert (tmp_path / f"{seed}.onnx").read_bytes() == content


def test_the_file_is_named_after_the_model_unless_told_otherwise(seqforge, tmp_path, toy_run, pretrained):
    (tmp_path / "folder").mkdir()
    for arguments in ([toy_run], [toy_run / "model.safetensors"], ["toy-model"], [toy_run, "folder"]):
        assert seqforge("export", *arguments).status == 0
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert files == ["folder/toy.onnx", "model.onnx", "toy-model.onnx", "toy.onnx"]


def test_the_screen_and_json_say_what_was_written(seqforge, toy_run):
    outcome = seqforge("export", toy_run, "shown.onnx")
    assert outcome.out.splitlines() == [
        "shown.onnx written, ONNX with opset 14",
        "takes  tokens (batch x steps), context (batch x steps x 2), lstm.0.hidden (batch x 24), "
        "lstm.0.cell (batch x 24)",
        "gives  logits (batch x steps x 8), next.lstm.0.hidden (batch x 24), next.lstm.0.cell (batch x 24)",
    ]
    values = json.loads(seqforge("export", toy_run, "json.onnx", "--json").out)
    assert (values["file"], values["opset"]) == ("json.onnx", 14)
    assert values["inputs"]["context"] == ["batch", "steps", 2]
    assert list(values["outputs"]) == ["logits", "next.lstm.0.hidden", "next.lstm.0.cell"]


def test_nothing_that_exists_is_written_over(seqforge, export, toy_run):
    path = export(toy_run)
    path.write_bytes(b"mine")
    outcome = seqforge("export", toy_run, path)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "exists already" in outcome.err
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["written.safetensors"], "architecture is 'gru', which has no ONNX export; allowed: lstm"),
        (["nowhere"], "unknown model 'nowhere'"),
        (["written.safetensors", "model.pt"], "does not end in .onnx"),
    ],
    ids=["architecture", "model", "suffix"],
)
def test_what_cannot_be_exported_is_one_line(seqforge, tmp_path, arguments, words):
    write_model(tmp_path / "written.safetensors", model_file(architecture="gru"))
    outcome = seqforge("export", *arguments)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert words in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["written.safetensors"]


def test_without_the_package_it_says_what_to_type(python, tmp_path, toy_run):
    outcome = python("-c", WITHOUT_ONNX, "export", toy_run)
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert outcome.err.endswith("type: python -m pip install onnx\n")
    assert list(tmp_path.iterdir()) == []


def test_weights_that_no_file_of_onnx_can_hold_are_refused():
    model = model_file()
    giant = np.broadcast_to(np.float32(0), (2**15, 2**14))
    model.weights["lstm.0.recurrent"] = giant
    with pytest.raises(RequestError, match=r"take 2,147,48\d,\d{3} bytes"):
        check_export(model)


def test_help_loads_neither_numpy_nor_onnx(python):
    code = "import atexit, sys; atexit.register(lambda: print('LOADED', *sys.modules)); "
    outcome = python("-c", f"{code}from seqforge.entry import main; main()", "export", "--help")
    shown, _, names = outcome.out.partition("LOADED")
    assert "FILE.onnx" in shown
    assert "seqforge.commands.export" in names.split()
    assert not {"numpy", "onnx"} & set(names.split())


def test_the_documents_example_runs_and_says_what_numpy_says(export, python, toy_run):
    export(toy_run, "model.onnx")
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    outcome = python("-c", code)
    assert outcome.status == 0, outcome.err
    model = read_model(toy_run / "model.safetensors")
    reference = NumpyBackend().build(model.spec, model.weights, BackendOptions())
    token, state = -1, reference.initial_state(1)
    lines = outcome.out.splitlines()
    assert len(lines) == 4
    for line in lines:
        symbol, probability = line.split()
        logits, state = reference.forward(np.array([[token]], np.int32), np.zeros((1, 1, 2), np.int32), state)
        token = int(logits[0, 0].argmax())
        assert symbol == model.vocabulary.symbols[token]
        expected = np.exp(logits[0, 0, token]) / np.exp(logits).sum()
        assert float(probability) == pytest.approx(expected, abs=1e-4)
