"""The container of seqforge's own files: what was written comes back, and any other form of it is refused."""

import hashlib
import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load, save

from seqforge import FileDamaged, SeqforgeError
from seqforge.files.model_file import read_model
from seqforge.files.sealed import read_sealed, write_sealed

STATE = {"cursor": [3, 14], "stopping": {"best": 1.25, "left": 2}, "step": 70, "note": "ünï\n"}


def state_tensors():
    """Arrays as the state of a training has them: any shape, some empty, some without an axis."""
    generator = np.random.default_rng(7)
    return {
        **{f"adam.m.weights.{n}": generator.normal(size=(n, 3)).astype(np.float32) for n in range(20)},
        "adam.step": np.array(70, np.int64),
        "loss": np.array(0.5, np.float32),
        "nothing": np.zeros((0, 4), np.float32),
        "random.windows": generator.integers(0, 2**63, size=5).astype(np.uint64),
        "transposed": np.arange(12, dtype=np.float32).reshape(3, 4).T,
        'a "name"\n, ö': np.ones((1, 1), np.float32),
    }


def write_state(path, description=STATE, tensors=None):
    tensors = state_tensors() if tensors is None else tensors
    write_sealed(path, description, tensors, what="resume state", version=1)


def read_state(path):
    return read_sealed(path, what="resume state", version=1)


def joined(header, body=b"", *, padding=None):
    """The file of a header, as JSON or as values, and of the tensors' bytes."""
    text = header if isinstance(header, str) else json.dumps(header, separators=(",", ":"), ensure_ascii=False)
    encoded = text.encode()
    encoded += b" " * (-len(encoded) % 8 if padding is None else padding)
    return struct.pack("<Q", len(encoded)) + encoded + body


def test_a_sealed_file_gives_back_what_was_written(tmp_path):
    path = tmp_path / "resume.safetensors"
    write_state(path)
    sealed = read_state(path)
    assert sealed.description == STATE
    assert sealed.tensors.keys() == state_tensors().keys()
    for name, tensor in state_tensors().items():
        assert (sealed.tensors[name].dtype, sealed.tensors[name].shape) == (tensor.dtype, tensor.shape)
        assert sealed.tensors[name].tobytes() == tensor.tobytes()
        assert sealed.tensors[name].flags.writeable
    assert load(path.read_bytes()).keys() == state_tensors().keys(), "other programs can read it, too"


def test_equal_content_gives_the_bytes_that_safetensors_gives(tmp_path):
    path = tmp_path / "resume.safetensors"
    write_state(path)
    content = path.read_bytes()
    write_state(path, dict(reversed(STATE.items())), dict(reversed(state_tensors().items())))
    assert path.read_bytes() == content
    tensors = {name: np.array(tensor, order="C") for name, tensor in state_tensors().items()}
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert save(tensors, metadata=header["__metadata__"]) == content


def test_a_file_without_tensors_is_one(tmp_path):
    write_state(tmp_path / "empty.safetensors", {}, {})
    sealed = read_state(tmp_path / "empty.safetensors")
    assert (sealed.description, sealed.tensors) == ({}, {})


def test_one_kind_of_file_is_not_taken_for_the_other(tmp_path, toy_run):
    path = tmp_path / "resume.safetensors"
    write_state(path)
    with pytest.raises(FileDamaged, match="holds a resume state of seqforge, not a model"):
        read_model(path)
    with pytest.raises(FileDamaged, match="holds a model of seqforge, not a resume state"):
        read_state(toy_run / "model.safetensors")
    write_sealed(path, STATE, {}, what="resume state", version=2)
    with pytest.raises(FileDamaged, match="format version 2; this seqforge reads 1: update it"):
        read_state(path)


def nested(depth):
    values = {}
    for _ in range(depth):
        values = {"start": values}
    return values


@pytest.mark.parametrize(
    "description",
    [{"loss": float("nan")}, {"loss": float("inf")}, {"name": "\ud800"}, {"name": "x" * 2**24}, nested(250)],
    ids=["nan", "infinity", "half a character", "16 MiB", "nested"],
)
def test_what_nobody_could_read_is_not_written(tmp_path, description):
    path = tmp_path / "resume.safetensors"
    write_state(path)
    content = path.read_bytes()
    with pytest.raises(SeqforgeError, match="can't be written"):
        write_state(path, description)
    assert path.read_bytes() == content, "the file that was there stays"
    assert list(tmp_path.iterdir()) == [path]


# Files of another form: the values stay, or seem to.


@pytest.fixture
def split(tmp_path):
    """The header of a file as text, without what fills it up, and the tensors' bytes."""
    write_state(tmp_path / "resume.safetensors")
    content = (tmp_path / "resume.safetensors").read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    return content[8:end].decode().rstrip(" "), content[end:]


@pytest.fixture
def reading(tmp_path):
    """Write bytes, and read them as a state."""

    def start(content):
        (tmp_path / "changed.safetensors").write_bytes(content)
        return read_state(tmp_path / "changed.safetensors")

    return start


def test_the_same_header_put_together_here_is_read(reading, split):
    assert reading(joined(*split)).description == STATE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{", " {"),
        (",", ", "),
        ("}}", "} }"),
        ('"dtype":"F32"', '"dtype":"F32","dtype":"F32"'),
        ('{"__metadata__"', '{"__metadata__":{"seqforge":"{}"},"__metadata__"'),
        ('{"seqforge":', '{"seqforge":"{}","seqforge":'),
        ('{"seqforge":', '{"pickle":"","seqforge":'),
        ('{"seqforge":', '{"seqforge_":'),
        (r"\"step\":70", r"\"step\":71,\"step\":70"),
        (r"\"step\":70", r"\"step\": 70"),
        (r"\"step\":70", r"\"step\":71"),
        (r"\"step\":70", r"\"step\":70.0"),
        (r"\"step\":70", r"\"step\":70,\"step2\":1"),
        (r"\"step\":70", r"\"step\":NaN"),
        (r"\"step\":70", r"\"step\":1e999"),
        (r"\"step\":70", r"\"step\":" + "1" * 5000),
        (r"\"step\":70", r"\"step\":" + "[" * 5000 + "]" * 5000),
        (r"\"step\":70", r"\"step\":" + "[" * 300 + "]" * 300),
        (r"\"kind\":\"resume state\",", ""),
        (r"\"kind\":\"resume state\"", r"\"kind\":[]"),
        (r"\"kind\":\"resume state\"", r"\"kind\":\"\\u001b[31m\""),
        (r"\"format_version\":1", r"\"format_version\":true"),
        (r"\"format_version\":1", r"\"format_version\":1.0"),
        (r"\"format_version\":1", r"\"format_version\":1" + "0" * 4000),
        (r"\"sha256\":", r"\"sha512\":"),
        ('"loss"', r'"lo\u0073s"'),
        ('"loss":{', '"loss":{"note":"",'),
        ('"loss":{', '"loss":{},"loss":{'),
        ('"data_offsets":[0,', '"data_offsets":[4,'),
        ('"data_offsets":[0,', '"data_offsets":[-4,'),
        ('"data_offsets":[0,', '"data_offsets":[0.0,'),
        ('"dtype":"F32"', '"dtype":"BF16"'),
        ('"dtype":"F32"', '"dtype":"I32"'),
        ('"dtype":"F32"', '"dtype":["F32"]'),
        ('"shape":[', '"shape":[1,'),
        ('"shape":[', '"shape":[0,'),
        ('"shape":[', '"shape":[-1,-1,'),
        ('"shape":[', '"shape":[true,'),
        ('"shape":[', '"shape":[' + "281474976710655," * 30),
        ('"shape":[', '"shape":[' + "1," * 70),
        ('"shape":[', '"shape":[' + "9" * 4000 + ","),
    ],
)
def test_another_form_of_the_header_is_refused(reading, split, old, new):
    header, body = split
    assert old in header
    with pytest.raises(FileDamaged) as caught:
        reading(joined(header.replace(old, new, 1), body))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("padding", [0, 1, 8, 4000])
def test_spaces_behind_the_header_are_counted(reading, split, padding):
    header, body = split
    assert len(header) % 8, "some are needed"
    with pytest.raises(FileDamaged, match="not as written"):
        reading(joined(header, body, padding=padding))


def test_tensors_in_the_place_of_one_another_are_refused(reading, split):
    header, body = split
    overlapping, holed, turned = (json.loads(header) for _ in range(3))
    names = [name for name in overlapping if name.startswith("adam.m")]
    overlapping[names[4]]["data_offsets"] = overlapping[names[3]]["data_offsets"]
    for name in [name for name in holed if name != "__metadata__"][1:]:
        holed[name]["data_offsets"] = [offset + 8 for offset in holed[name]["data_offsets"]]
    turned = dict(reversed(turned.items()))
    metadata_last = {**json.loads(header), "__metadata__": turned["__metadata__"]}
    exchanged = json.loads(header)
    exchanged[names[4]], exchanged[names[5]] = exchanged[names[5]], exchanged[names[4]]
    for changed, content in (
        (overlapping, body),
        (holed, body[:8] + body),
        (turned, body),
        (exchanged, body),
    ):
        with pytest.raises(FileDamaged):
            reading(joined(changed, content))
    assert reading(joined(metadata_last, body)).description == STATE, "put together as before, it is read"


def test_lengths_that_do_not_fit_are_told(reading, split):
    content = joined(*split)
    for changed in (content[:-1], content + b"\0"):
        with pytest.raises(FileDamaged, match=f"has {len(changed):,} bytes, but should have {len(content):,}"):
            reading(changed)


def sealed_by_hand(tensors, body=b"", **description):
    """A file whose digest is right, whatever its tensors' entries are: it can be made by anybody."""
    canonical = json.dumps([description, tensors], sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode() + body).hexdigest()
    text = json.dumps({**description, "sha256": digest}, sort_keys=True, separators=(",", ":"))
    return joined({"__metadata__": {"seqforge": text}, **tensors}, body)


def tensor(dtype="F32", shape=(2,), begin=0, end=8):
    return {"dtype": dtype, "shape": list(shape) if isinstance(shape, tuple) else shape, "data_offsets": [begin, end]}


def test_a_file_sealed_by_hand_is_read(reading):
    content = sealed_by_hand({"a": tensor()}, bytes(8), format_version=1, kind="resume state", step=3)
    assert reading(content).description == {"step": 3}
    unaligned = {"a": tensor("U8", (1,), 0, 1), "b": tensor("F32", (2,), 1, 9)}
    content = sealed_by_hand(unaligned, bytes(9), format_version=1, kind="resume state")
    assert reading(content).tensors["b"].tolist() == [0, 0]


@pytest.mark.parametrize(
    "entry",
    [
        tensor(shape="", end=4),
        tensor(shape={}, end=4),
        tensor(shape=None),
        tensor(shape=2),
        tensor(shape=[2.0]),
        tensor(shape=[True, 2]),
        tensor(shape=[-2]),
        tensor(shape=[-1, -2]),
        tensor(shape=[2] + [1] * 40),
        tensor(shape=[0, 2**62, 2**62], end=0),
        tensor(shape=[0, 2**63], end=0),
        tensor(shape=[2**62, 2**62]),
        tensor(shape=[2**64]),
        tensor(shape=[1e999]),
        tensor(dtype="F33"),
        tensor(dtype="object"),
        tensor(dtype=None),
        tensor(dtype=["F32"]),
        tensor(begin=1, end=9),
        tensor(end=4),
        {**tensor(), "note": "x"},
        {"shape": [2], "dtype": "F32", "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2]},
        [],
        "F32",
        None,
    ],
    ids=str,
)
def test_a_tensor_that_can_not_be_is_refused_even_if_sealed(reading, entry):
    with pytest.raises(FileDamaged):
        reading(sealed_by_hand({"a": entry}, bytes(8), format_version=1, kind="resume state"))
    with pytest.raises(FileDamaged):
        reading(sealed_by_hand({"a": entry}, b"", format_version=1, kind="resume state"))


@pytest.mark.parametrize("kind", ["model", "", "Resume State", None, 3, ["model"]], ids=str)
def test_another_kind_is_refused_even_if_sealed(reading, tmp_path, kind):
    with pytest.raises(FileDamaged):
        reading(sealed_by_hand({}, format_version=1, kind=kind))
    with pytest.raises(FileDamaged):
        read_model(tmp_path / "changed.safetensors")
