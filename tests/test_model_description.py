"""Models that are sealed and make no sense: the seal is no secret, so a stranger's file may bear one."""

import dataclasses

import numpy as np
import pytest

from seqforge import LSTM, ContextField, FileDamaged, ModelSpec, OutputView
from seqforge.architectures.shapes import weight_shapes
from seqforge.files.model_file import FORMAT_VERSION, read_model, write_model
from seqforge.files.sealed import read_sealed, write_sealed


@pytest.fixture(scope="module")
def model_path(toy_run):
    return toy_run / "model.safetensors"


def sealed_anew(path, model_path, change):
    """Seal a model's description and weights again, both changed."""
    sealed = read_sealed(model_path, what="model", version=FORMAT_VERSION)
    tensors = dict(sealed.tensors)
    change(sealed.description, tensors)
    write_sealed(path, sealed.description, tensors, what="model", version=FORMAT_VERSION)
    return path


def set_at(*keys, to):
    """A change of one value of the description."""

    def change(description, tensors):
        parent = description
        for key in keys[:-1]:
            parent = parent[key]
        parent[keys[-1]] = to

    return change


def set_tensor(name, tensor):
    return lambda description, tensors: tensors.update({name: tensor})


SENSELESS = {
    "a codec without a name": set_at("codec", "name", to=""),
    "a codec named by a number": set_at("codec", "name", to=3),
    "a codec with a name in red": set_at("codec", "name", to="\x1b[31mletters"),
    "a codec with a name of a megabyte": set_at("codec", "name", to="x" * 10**6),
    "a codec's option that is a list": set_at("codec", "options", "alphabet", to=[5]),
    "a codec's option beyond measure": set_at("codec", "options", "alphabet", to=10**300),
    "options that are none": set_at("codec", "options", to=None),
    "a symbol that stands there twice": set_at("vocabulary", "symbols", 1, to="a"),
    "a symbol that is a number": set_at("vocabulary", "symbols", 1, to=1),
    "a class too few": lambda description, tensors: description["vocabulary"]["classes"].pop(),
    "a symbol too many": lambda description, tensors: description["vocabulary"]["symbols"].append("z"),
    "quotations that are a number": set_at("quotations", to=3),
    "a digest that is a text": set_at("quotations", 0, to="tokens"),
    "a digest of an alphabet without a name": set_at("quotations", 0, "alphabet", to=""),
    "a digest of runs of nothing": set_at("quotations", 0, "length", to=0),
    "a digest of runs beyond measure": set_at("quotations", 0, "length", to=10**9),
    "a digest with hashes beyond measure": set_at("quotations", 0, "hashes", to=10**9),
    "a digest without hashes": set_at("quotations", 0, "hashes", to=0),
    "a digest that says more": set_at("quotations", 0, "seed", to=1),
    "a digest without bits": set_tensor("quotations.0", np.zeros(0, np.uint8)),
    "a digest whose bits are numbers": set_tensor("quotations.0", np.zeros(8, np.float32)),
    "a digest too many": lambda description, tensors: description["quotations"].append(description["quotations"][0]),
    "a digest too few": set_at("quotations", to=[]),
    "no vocabulary": set_at("vocabulary", to=[]),
    "no symbols": set_at("vocabulary", to={"symbols": [], "classes": []}),
    "a size that does not fit": set_at("spec", "vocabulary_size", to=9),
    "a size that is negative": set_at("spec", "vocabulary_size", to=-8),
    "a size that is true": set_at("spec", "vocabulary_size", to=True),
    "a context field without values": set_at("spec", "context_fields", 0, 1, to=0),
    "a context field of a negative size": set_at("spec", "context_fields", 0, 1, to=-2),
    "a context field beyond measure": set_at("spec", "context_fields", 0, 1, to=2**40),
    "a context field larger than its weights": set_at("spec", "context_fields", 0, 1, to=2**30),
    "two context fields of one name": set_at("spec", "context_fields", 0, 0, to="place"),
    "a context field of one value": set_at("spec", "context_fields", 0, to=["due"]),
    "an architecture that is a list": set_at("spec", "architecture", to=["lstm"]),
    "layers beyond measure": set_at("spec", "options", "layers", to=10**9),
    "layers that are not there": set_at("spec", "options", "layers", to=2),
    "hidden units below zero": set_at("spec", "options", "hidden", to=-16),
    "hidden units that do not fit": set_at("spec", "options", "hidden", to=8192),
    "an unknown option": set_at("spec", "options", "hiden", to=16),
    "a dropout of one": set_at("spec", "options", "dropout", to=1.0),
    "a view of no field": set_at("spec", "output_views", to=[["colour", [[0] * 8] * 2]]),
    "a view with a row too few": set_at("spec", "output_views", to=[["due", [[0] * 8]]]),
    "a view with a class too few": set_at("spec", "output_views", to=[["due", [[0] * 8, [0] * 7]]]),
    "a view with a class below zero": set_at("spec", "output_views", to=[["due", [[0] * 8, [-1] * 8]]]),
    "a view with a class that is a text": set_at("spec", "output_views", to=[["due", [[0] * 8, ["0"] * 8]]]),
    "a view with a class beyond measure": set_at("spec", "output_views", to=[["due", [[0] * 8, [2**40] * 8]]]),
    "a view that is none": set_at("spec", "output_views", to=[3]),
    "an entry that nobody reads": set_at("spec", "pickle", to="cos\nsystem\n"),
    "a backend that is a list": set_at("provenance", "backend", to=["numpy"]),
    "a seed that is a text": set_at("provenance", "seed", to="1"),
    "no configuration": lambda description, tensors: description["provenance"].pop("configuration"),
    "no licence": lambda description, tensors: description["data"].pop("licence"),
    "weights that are missing": lambda description, tensors: tensors.pop("output.bias"),
    "weights too many": set_tensor("output.other", np.zeros(3, np.float32)),
    "weights of another shape": set_tensor("output.bias", np.zeros((8, 1), np.float32)),
    "weights of float64": set_tensor("output.bias", np.zeros(8)),
    "weights that are integers": set_tensor("output.bias", np.zeros(8, np.int32)),
    "weights that are empty": set_tensor("output.bias", np.zeros((0, 8), np.float32)),
}


@pytest.mark.parametrize("change", SENSELESS.values(), ids=SENSELESS)
def test_a_sealed_model_that_makes_no_sense_is_refused(tmp_path, model_path, change):
    path = sealed_anew(tmp_path / "model.safetensors", model_path, change)
    with pytest.raises(FileDamaged, match="is not a model that this seqforge understands") as caught:
        read_model(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


def test_weights_of_a_plugins_architecture_need_only_be_float32(tmp_path, model_path):
    def change(description, tensors):
        description["spec"].update(architecture="gru", options={"hiden": 3})
        tensors["gru.kernel"] = kernel

    kernel = np.ones((2, 2), np.float32)
    changed = read_model(sealed_anew(tmp_path / "model.safetensors", model_path, change))
    assert changed.weights.keys() == read_model(model_path).weights.keys() | {"gru.kernel"}
    kernel = np.ones((2, 2))
    with pytest.raises(FileDamaged, match="float64, not float32"):
        read_model(sealed_anew(tmp_path / "model.safetensors", model_path, change))


def test_a_model_without_the_options_that_came_later_has_their_defaults(tmp_path, model_path):
    def change(description, tensors):
        del description["spec"]["options"]["relative_output"]

    changed = read_model(sealed_anew(tmp_path / "model.safetensors", model_path, change))
    assert changed.spec == read_model(model_path).spec


def test_weights_that_are_no_numbers_come_back_as_written(tmp_path, model_path):
    model = read_model(model_path)
    bias = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1e-45, 1, 2], np.float32)
    write_model(tmp_path / "m.safetensors", dataclasses.replace(model, weights={**model.weights, "output.bias": bias}))
    assert read_model(tmp_path / "m.safetensors").weights["output.bias"].tobytes() == bias.tobytes()


@pytest.mark.parametrize(("layers", "embedding", "relative"), [(1, 0, False), (3, 5, True), (2, 0, True)])
def test_the_shapes_are_those_of_the_initial_weights(layers, embedding, relative):
    spec = ModelSpec(
        architecture="lstm",
        vocabulary_size=3,
        context_fields=(ContextField("a", 40), ContextField("b", 2)),
        options={
            "layers": layers,
            "hidden": 4,
            "embedding": embedding,
            "context_embedding": 16,
            "dropout": 0.0,
            "relative_output": relative,
        },
        output_views=(OutputView("b", ((0, 1, 2), (3, 1, 0))), OutputView("a", ((0, 0, 0),) * 40)),
    )
    drawn = LSTM().initial_weights(spec, np.random.default_rng(1))
    assert weight_shapes(spec) == {name: weight.shape for name, weight in drawn.items()}
