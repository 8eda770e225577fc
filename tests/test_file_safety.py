"""Files from strangers: whatever is in them, they are read as written or refused by name, and nothing in them runs."""

import json
import os
import pickle
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from seqforge import RequestError
from seqforge.files.model_file import FORMAT_VERSION, read_model
from seqforge.files.sealed import read_sealed, write_sealed

COMMANDS = {
    "generate": lambda path: ("generate", path, "--out", "takes"),
    "inspect": lambda path: ("inspect", path),
    "run": lambda path: ("run", "toy", "--from", path, "--out", "other"),
}


def write_state(path):
    """A sealed file as the state of a training will be one."""
    generator = np.random.default_rng(7)
    tensors = {
        **{f"adam.m.weights.{n}": generator.normal(size=(n, 3)).astype(np.float32) for n in range(20)},
        "adam.step": np.array(70, np.int64),
        "random.windows": generator.integers(0, 2**63, size=5).astype(np.uint64),
    }
    description = {"cursor": [3, 14], "stopping": {"best": 1.25, "left": 2}, "note": "ünï\n"}
    write_sealed(path, description, tensors, what="resume state", version=1)


def sealed_anew(path, model_path, change):
    """Seal a model again, its description and tensors changed: anybody can."""
    sealed = read_sealed(model_path, what="model", version=FORMAT_VERSION)
    change(sealed.description, sealed.tensors)
    write_sealed(path, sealed.description, sealed.tensors, what="model", version=FORMAT_VERSION)
    return path


def joined(header, body=b""):
    """The file of a header, as JSON or as values, and of the tensors' bytes."""
    text = header if isinstance(header, str) else json.dumps(header, separators=(",", ":"), ensure_ascii=False)
    encoded = text.encode()
    encoded += b" " * (-len(encoded) % 8)
    return struct.pack("<Q", len(encoded)) + encoded + body


@pytest.fixture(scope="module")
def model_path(toy_run):
    return toy_run / "model.safetensors"


@pytest.fixture(scope="module")
def split(model_path):
    """The header of a model file as text, without what fills it up, and the tensors' bytes."""
    content = model_path.read_bytes()
    end = 8 + int.from_bytes(content[:8], "little")
    return content[8:end].decode().rstrip(" "), content[end:]


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory and time")
def test_of_20000_changed_files_none_is_read(python, tmp_path, model_path):
    write_state(tmp_path / "resume.safetensors")
    script = Path(__file__).with_name("file_mutations.py")
    outcome = python(script, model_path, tmp_path / "resume.safetensors", 10_000)
    assert outcome.status == 0, outcome.err
    counts = json.loads(outcome.out)
    assert (counts["models"], counts["resume states"]) == (10_000, 10_000)
    assert min(counts["sealed again and refused"], counts["sealed again and read"]) > 100, "both are tried"


LIMITED = """
import resource, sys
from pathlib import Path
from seqforge import SeqforgeError
from seqforge.files.model_file import read_model
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
for path in sys.argv[1:]:
    try:
        read_model(Path(path))
    except SeqforgeError as error:
        print(Path(path).name, type(error).__name__, str(error).partition(path)[2])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory and time")
def test_files_that_ask_for_too_much_are_refused_in_bounded_memory_and_time(python, tmp_path, split):
    header, body = split
    metadata = header[: header.index('}"},') + 3]
    assert json.loads(f"{metadata}}}").keys() == {"__metadata__"}
    room = 2**24 - len(metadata) - 100
    bombs = {
        "lists": joined(f'{metadata},"a":[{",".join(["[]"] * (room // 3 - 9))}]}}'),
        "tensors": joined(
            f"{metadata},"
            + ",".join(f'"{n}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}' for n in range(room // 60))
            + "}"
        ),
        "deep": joined("[" * room),
        "digits": joined(f'{metadata},"a":{"1" * room}}}'),
        "decimals": joined(f'{metadata},"a":1.{"1" * room}}}'),
        "wide": joined(" " * 2**25 + header, body),
    }
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "zeros").open("wb") as file:
        file.truncate(2**35)
    with (tmp_path / "longer").open("wb") as file:
        file.write(joined(header, body))
        file.truncate(2**35)
    with (tmp_path / "stated").open("wb") as file:
        file.write(joined(f'{metadata},"a":{{"dtype":"F32","shape":[8589934592],"data_offsets":[0,34359738368]}}}}'))
        file.truncate(file.tell() + 2**35)
    names = [*bombs, "zeros", "longer", "stated"]
    outcome = python("-c", LIMITED, *(tmp_path / name for name in names))
    assert (outcome.status, outcome.err) == (0, "")
    answers = {line.split()[0]: line.partition("FileDamaged")[2] for line in outcome.out.splitlines()}
    assert list(answers) == names
    for name in ("deep", "digits", "wide", "zeros"):
        assert "is not a model of seqforge" in answers[name]
    for name in ("lists", "decimals"):
        assert "its header is not as written" in answers[name]
    assert "its SHA-256 does not fit" in answers["tensors"]
    assert "bytes, but should have" in answers["longer"]
    assert "does not fit into memory" in answers["stated"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="makes a named pipe")
def test_what_is_no_file_is_named_and_not_waited_for(seqforge, tmp_path, model_path):
    os.mkfifo(tmp_path / "pipe.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    (tmp_path / "loop.safetensors").symlink_to("loop.safetensors")
    (tmp_path / "nowhere.safetensors").symlink_to("nothing")
    (tmp_path / "link.safetensors").symlink_to(model_path)
    for name in ("pipe", "folder", "loop", "nowhere"):
        with pytest.raises(RequestError):
            read_model(tmp_path / f"{name}.safetensors")
        for command in COMMANDS.values():
            outcome = seqforge(*command(f"{name}.safetensors"))
            assert (outcome.status in (1, 2), outcome.out, outcome.err.count("\n")) == (True, "", 1), outcome
    assert seqforge("inspect", "link.safetensors").status == 0


# Pickles, wherever somebody may have put them.


class Payload:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture
def hostile_files(tmp_path, model_path, split):
    """Files with a payload, and the path that it would make."""
    mark = tmp_path / "ran"
    payload = pickle.dumps(Payload(mark))
    header, body = split
    folder = tmp_path / "hostile"
    folder.mkdir()
    with zipfile.ZipFile(folder / "zip.pt", "w") as archive:  # as PyTorch keeps its files
        archive.writestr("archive/data.pkl", payload)
        archive.writestr("archive/version", "3\n")
    np.save(folder / "array.npy", np.array([Payload(mark)], object), allow_pickle=True)
    with (folder / "arrays.npz").open("wb") as file:
        np.savez(file, weights=np.array([Payload(mark)], object))
    (folder / "plain.pt").write_bytes(payload)
    for path in list(folder.iterdir()):
        (folder / f"{path.stem}-{path.suffix[1:]}.safetensors").write_bytes(path.read_bytes())
    (folder / "header.safetensors").write_bytes(struct.pack("<Q", len(payload)) + payload + body)
    text = json.dumps(payload.decode("latin-1"))
    (folder / "metadata.safetensors").write_bytes(
        joined(header.replace('{"seqforge":', f'{{"pickle":{text},"seqforge":', 1), body)
    )
    (folder / "foreign.safetensors").write_bytes(
        save({"data.pkl": np.frombuffer(payload, np.uint8)}, metadata={"format": "pt", "seqforge": text})
    )
    (folder / "behind.safetensors").write_bytes(model_path.read_bytes() + payload)
    sealed_anew(
        folder / "tensor.safetensors",
        model_path,
        lambda _, tensors: tensors.update({"data.pkl": np.frombuffer(payload, np.uint8)}),
    )
    sealed_anew(
        folder / "option.safetensors",
        model_path,
        lambda description, _: description["codec"].update(options={"alphabet": payload.decode("latin-1")}),
    )
    return sorted(folder.iterdir()), mark


def test_the_payload_would_work(hostile_files):
    files, mark = hostile_files
    pickle.loads(next(path for path in files if path.name == "plain.pt").read_bytes())
    assert mark.exists()
    assert len(files) == 14


@pytest.mark.parametrize("command", COMMANDS)
def test_no_pickle_runs(seqforge, tmp_path, hostile_files, command):
    files, mark = hostile_files
    for path in files:
        if (command, path.name) == ("inspect", "option.safetensors"):
            continue  # a text, which is shown
        outcome = seqforge(*COMMANDS[command](path))
        assert outcome.status in (1, 2), path
        assert outcome.err.startswith("error: ")
        assert outcome.err.count("\n") == 1, outcome.err
        assert outcome.err.rstrip("\n").isprintable()
        assert not outcome.out or (command == "inspect" and path.suffix != ".safetensors"), "data has a report"
    assert not mark.exists()
    assert not (tmp_path / "takes").exists()
    assert not (tmp_path / "other").exists()


# Models that are what they say, and say what nobody wants to see.


def test_what_a_model_says_of_itself_is_shown_harmlessly(seqforge, tmp_path, model_path):
    text = "\x1b[2J\x1b]0;title\x07\r\nerror: \u202eno\x9b31m"
    lineage = {}
    for _ in range(150):
        lineage = {"start": lineage}
    changes = {text: {text: [text]}, "engine": text, "note": "y" * 10**7, "start": lineage, "step": 10**4000}

    def change(description, tensors):
        description["provenance"].update(changes)
        description["data"].update(licence=text, citation=text)

    path = sealed_anew(tmp_path / "model.safetensors", model_path, change)
    outcome = seqforge("inspect", path)
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert len(lines) == len(seqforge("inspect", model_path).out.splitlines())
    assert all(line.isprintable() and len(line) < 5000 for line in lines)
    values = json.loads(seqforge("inspect", path, "--json").out)
    assert values["provenance"]["note"] == changes["note"], "JSON holds everything"
