"""model.safetensors: what was written comes back, and anything else is refused by name."""

import dataclasses
import json
import shutil
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from seqforge import FileDamaged, RequestError
from seqforge.files.model_file import FORMAT_VERSION, read_model, write_model


@pytest.fixture(scope="module")
def path(toy_run):
    return toy_run / "model.safetensors"


@pytest.fixture(scope="module")
def content(path):
    return path.read_bytes()


@pytest.fixture
def read(tmp_path):
    """Read bytes as a model file."""

    def start(content):
        (tmp_path / "changed.safetensors").write_bytes(content)
        return read_model(tmp_path / "changed.safetensors")

    return start


def split(content):
    """The header, its JSON description, and the tensors' bytes."""
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    return header, json.loads(header["__metadata__"]["seqforge"]), content[8 + size :]


def join(header, description, body):
    """A file of these, put together as safetensors does it."""
    header["__metadata__"]["seqforge"] = json.dumps(description, sort_keys=True, separators=(",", ":"))
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    return struct.pack("<Q", len(encoded)) + encoded + body


def test_a_file_round_trips_to_the_same_bytes(path, tmp_path, content):
    model = read_model(path)
    write_model(tmp_path / "copy.safetensors", model)
    assert (tmp_path / "copy.safetensors").read_bytes() == content
    again = read_model(tmp_path / "copy.safetensors")
    for field in dataclasses.fields(model):
        if field.name != "weights":
            assert getattr(model, field.name) == getattr(again, field.name)
    assert model.weights.keys() == again.weights.keys()
    for name, weight in model.weights.items():
        assert weight.dtype == np.float32
        assert np.array_equal(weight, again.weights[name])


def test_the_order_in_which_things_are_named_plays_no_role(path, tmp_path, content):
    model = read_model(path)
    turned = dataclasses.replace(
        model,
        weights=dict(reversed(model.weights.items())),
        provenance=dict(reversed(model.provenance.items())),
        data=dict(reversed(model.data.items())),
    )
    write_model(tmp_path / "turned.safetensors", turned)
    assert (tmp_path / "turned.safetensors").read_bytes() == content


@pytest.mark.parametrize("hash_seed", ["0", "1", "77"])
def test_equal_content_gives_equal_bytes_in_every_process(python, tmp_path, path, content, hash_seed):
    code = (
        "import sys; from pathlib import Path; from seqforge.files.model_file import read_model, write_model;"
        "write_model(Path('copy.safetensors'), read_model(Path(sys.argv[1])))"
    )
    assert python("-c", code, path, PYTHONHASHSEED=hash_seed).status == 0
    assert (tmp_path / "copy.safetensors").read_bytes() == content


def test_a_change_of_one_weight_changes_the_digest(path, tmp_path, content):
    model = read_model(path)
    bias = model.weights["output.bias"].copy()
    bias[0] += 1
    write_model(
        tmp_path / "other.safetensors", dataclasses.replace(model, weights={**model.weights, "output.bias": bias})
    )
    other = (tmp_path / "other.safetensors").read_bytes()
    assert split(other)[1]["sha256"] != split(content)[1]["sha256"]


def test_a_file_holds_what_generating_needs_and_no_path(path, content, toy_codec, toy_run):
    model = read_model(path)
    assert model.codec == {"name": "letters", "options": {"alphabet": 5}}
    assert model.vocabulary == toy_codec.vocabulary
    assert model.spec.context_fields == toy_codec.context_fields
    assert model.data["licence"] == "CC0-1.0"
    assert set(model.provenance["versions"]) == {"numpy", "seqforge-core", "seqforge-toy"}
    assert str(toy_run).encode() not in content
    assert split(content)[1]["format_version"] == FORMAT_VERSION
    tensors = {*model.weights, *(f"quotations.{number}" for number in range(len(model.quotations)))}
    assert set(load(content)) == tensors, "other programs can read it, too"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_noticed(read, content, data):
    place = data.draw(st.one_of(st.integers(0, 4000), st.integers(0, len(content) - 1)))
    changed = bytearray(content)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(FileDamaged):
        read(bytes(changed))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_of_another_length_is_noticed(read, content, data):
    changed = content[: data.draw(st.integers(0, len(content) - 1))]
    with pytest.raises(FileDamaged):
        read(changed)
    with pytest.raises(FileDamaged):
        read(content + data.draw(st.binary(min_size=1, max_size=9)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(foreign=st.binary(max_size=300))
def test_any_bytes_are_refused(read, foreign):
    with pytest.raises(FileDamaged):
        read(foreign)


@pytest.mark.parametrize(
    "foreign",
    [
        b"",
        b"MThd\0\0\0\6\0\1\0\2\0\x60",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2**64 - 1),
        struct.pack("<Q", 10**9) + b" " * 1000,
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 40000) + b"[" * 40000,
        save({"weight": np.zeros(3, np.float32)}),
        save({"weight": np.zeros(3, np.float32)}, metadata={"seqforge": "[]"}),
        save({"weight": np.zeros(3, np.float32)}, metadata={"seqforge": "{}"}),
        save({"weight": np.zeros(3, np.float32)}, metadata={"seqforge": '{"sha256": 3, "format_version": 1}'}),
        save({"weight": np.zeros(3, np.float32)}, metadata={"format": "pt"}),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_files_of_others_are_refused(read, foreign):
    with pytest.raises(FileDamaged):
        read(foreign)


def test_a_file_of_a_later_version_asks_for_an_update(read, content):
    header, description, body = split(content)
    description["format_version"] = FORMAT_VERSION + 1
    with pytest.raises(FileDamaged, match="update it"):
        read(join(header, description, body))


def test_a_changed_description_is_noticed(read, content):
    header, description, body = split(content)
    assert read(join(header, description, body)).codec["name"] == "letters"  # unchanged, it is read
    description["provenance"]["seed"] = 3
    with pytest.raises(FileDamaged, match="SHA-256"):
        read(join(header, description, body))


def test_a_missing_file_is_a_wrong_request(tmp_path):
    with pytest.raises(RequestError, match="there is no model file"):
        read_model(tmp_path / "none.safetensors")
    with pytest.raises(RequestError, match="can't be read"):
        read_model(tmp_path)


def test_a_damaged_file_ends_a_command_with_one_line(seqforge, tmp_path, path, content):
    shutil.copy(path, tmp_path / "model.safetensors")
    (tmp_path / "model.safetensors").write_bytes(content[:-1])
    outcome = seqforge("generate", "model.safetensors", "--out", "takes")
    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "model.safetensors" in outcome.err
    assert not (tmp_path / "takes").exists()


def test_a_model_of_another_codec_version_is_refused(seqforge, tmp_path, path):
    model = read_model(path)
    fields = (*model.spec.context_fields[:1], dataclasses.replace(model.spec.context_fields[1], name="spot"))
    changed = dataclasses.replace(model, spec=dataclasses.replace(model.spec, context_fields=fields))
    write_model(tmp_path / "other.safetensors", changed)
    outcome = seqforge("generate", "other.safetensors", "--out", "takes")
    assert (outcome.status, outcome.err.count("\n")) == (1, 1)
    assert "seqforge-toy" in outcome.err
    assert not (tmp_path / "takes").exists()
