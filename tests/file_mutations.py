"""Changes sealed files at random and reads them, in a process whose memory and time are limited.

`python file_mutations.py MODEL RESUME CHANGES`: prints as JSON how many changed files were refused by name. A changed
file that is read, and any other end than an error of seqforge, ends the process with a traceback.
"""

import copy
import json
import os
import resource
import struct
import sys
import tempfile
from pathlib import Path

import numpy as np

from seqforge import SeqforgeError
from seqforge.files.model_file import FORMAT_VERSION, read_model, write_model
from seqforge.files.sealed import read_sealed, write_sealed

ADDRESS_SPACE = 2**30
SECONDS = 200  # of processor time: far more than it takes, far less than for ever


def main(model, resume, changes):
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    memory = "/dev/shm"  # thousands of files are written and flushed: on a disk, that takes minutes
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        path = Path(folder) / "changed.safetensors"
        counts = {
            "models": refuse_changes(read_model, Mutator(model.read_bytes(), 1), path, changes),
            "resume states": refuse_changes(read_resume, Mutator(resume.read_bytes(), 2), path, changes),
            **seal_again(model, Mutator(model.read_bytes(), 3), path, changes // 5),
        }
    print(json.dumps(counts))


def read_resume(path):
    return read_sealed(path, what="resume state", version=1)


def refuse_changes(read, mutator, path, changes):
    """How many changed files were refused: all of them."""
    path.write_bytes(mutator.content)
    read(path)
    for number in range(changes):
        path.write_bytes(mutator.file())
        assert is_refused(read, path), f"change {number} was read"
    return changes


def seal_again(model, mutator, path, changes):
    """Change the description and seal it, as anybody can: such a file is refused, or read as it says."""
    tensors = read_sealed(model, what="model", version=FORMAT_VERSION).tensors
    refused = read = 0
    for _ in range(changes):
        description = mutator.description()
        try:
            write_sealed(path, description, tensors, what="model", version=FORMAT_VERSION)
        except SeqforgeError:
            continue
        if is_refused(read_model, path):
            refused += 1
            continue
        again = path.with_name("again.safetensors")
        write_model(again, read_model(path))
        understood = read_sealed(again, what="model", version=FORMAT_VERSION).description
        added = understood["spec"]["options"].keys() - description["spec"]["options"].keys()
        description["spec"]["options"].update({name: understood["spec"]["options"][name] for name in added})
        assert understood == description
        read += 1
    return {"sealed again and refused": refused, "sealed again and read": read}


def is_refused(read, path):
    """Whether a file is refused by name; not for want of memory, which would mean that it takes too much."""
    try:
        read(path)
    except SeqforgeError as error:
        message = str(error)
    else:
        return False
    assert "memory" not in message, message
    assert len(message) < 1000
    return True


class Mutator:
    """Gives changed files, each changed at random in one of many ways."""

    def __init__(self, content, seed):
        self.content = content
        self.random = np.random.default_rng(seed)
        self.header_end = 8 + int.from_bytes(content[:8], "little")
        self.header = content[8 : self.header_end].decode().rstrip(" ")

    def file(self):
        """Other bytes than the file's."""
        ways = (self.flipped, self.cut, self.length, self.moved, self.other_text, self.other_header,
                self.other_description)  # fmt: skip
        while (changed := self.choose(ways)()) == self.content:
            pass
        return changed

    def description(self):
        """A description with other values."""
        values = json.loads(json.loads(self.header)["__metadata__"]["seqforge"])
        values = {name: value for name, value in values.items() if name not in ("format_version", "sha256")}
        self.edit(values)
        return values

    def choose(self, values):
        return values[int(self.random.integers(len(values)))]

    def place(self):
        """A place in the file, in its header half of the time."""
        return int(self.random.integers(self.choose((self.header_end, len(self.content)))))

    def flipped(self):
        changed = bytearray(self.content)
        for _ in range(int(self.random.integers(1, 5))):
            changed[self.place()] ^= 1 << int(self.random.integers(8))
        return bytes(changed)

    def cut(self):
        return self.content[: self.place()]

    def length(self):
        size = self.header_end - 8
        near = max(0, size + int(self.random.integers(-9, 10)))
        far = int(self.random.integers(2**64, dtype=np.uint64))
        stated = self.choose((near, far, len(self.content), len(self.content) - 8, 0, 2**64 - 1, size + 2**32))
        return struct.pack("<Q", stated) + self.content[8:]

    def moved(self):
        """Parts of the file left out, doubled, exchanged or overwritten."""
        begin, end = sorted((self.place(), self.place()))
        noise = self.random.bytes(int(self.random.integers(1, 20)))
        before, between, after = self.content[:begin], self.content[begin:end], self.content[end:]
        return self.choose(
            (
                self.content + noise,
                self.content + self.content,
                before + noise + between + after,
                before + after,
                before + between + between + after,
                before + bytes(len(between)) + after,
                before + after[: len(between)] + between + after[len(between) :],
            )
        )

    def other_text(self):
        """Other JSON, or no more JSON, some of it with the same values: a name twice, spaces, escapes."""
        old = self.choose(('"F32"', "[", ",", ":", "0", "}", '"', "1", '\\"', "weight", "{"))
        new = self.choose(
            (
                f"{old} ", f"\n{old}", "NaN", "-Infinity", "1e400", f"{old}.0", f"-{old}", f"0{old}", "[" * 3000,
                "9" * 5000, "null", '"F64"', '"BF16"', f"\\u{ord(old[0]):04x}", "\ufeff", "\0", '"a":{},',
                f"{self.header[1:-1]},", '"__metadata__":{},', f"{old}{old}", "",
            )
        )  # fmt: skip
        places = [place for place in range(len(self.header)) if self.header.startswith(old, place)] or [0]
        place = self.choose(places)
        return self.with_header(self.header[:place] + new + self.header[place + len(old) :])

    def other_header(self):
        """The header through JSON and back: numbers changed, names exchanged, entries removed and added."""
        header = json.loads(self.header)
        if self.random.random() < 0.9:
            self.edit(header)
        return self.with_values(header)

    def other_description(self):
        header = json.loads(self.header)
        description = json.loads(header["__metadata__"]["seqforge"])
        if self.random.random() < 0.9:
            self.edit(description)
        separators = self.choose(((",", ":"), (", ", ": ")))
        header["__metadata__"]["seqforge"] = json.dumps(description, sort_keys=True, separators=separators)
        return self.with_values(header)

    def with_values(self, header):
        if self.random.random() < 0.1:
            header = dict(reversed(header.items()))
        separators = self.choose(((",", ":"), (",", ":"), (", ", ": ")))
        return self.with_header(json.dumps(header, separators=separators, ensure_ascii=False))

    def with_header(self, text):
        encoded = text.encode()
        encoded += b" " * (-len(encoded) % 8)
        return struct.pack("<Q", len(encoded)) + encoded + self.content[self.header_end :]

    def edit(self, values):
        """Change one place in a tree of JSON."""
        parent = self.choose([parent for parent in containers(values) if parent])
        keys = list(parent) if isinstance(parent, dict) else range(len(parent))
        key, second = self.choose(keys), self.choose(keys)
        other = copy.deepcopy(self.choose([item for each in containers(values) for item in children(each)]))
        how = self.choose(("replace", "nudge", "remove", "add", "exchange"))
        if how == "replace":
            parent[key] = self.choose((None, True, -1, 2**40, 10**400, 0.5, "", "x" * 500, [], {}, [[]], other))
        elif how == "nudge" and type(parent[key]) in (int, float):
            parent[key] += self.choose((-1, 1, 4, 0.5, 2**31, -parent[key]))
        elif how == "remove":
            del parent[key]
        elif how == "add" and isinstance(parent, dict):
            parent[self.choose(("a", "lstm.9.kernel", "__metadata__", f"{key} "))] = self.choose((parent[key], other))
        elif how == "add":
            parent.insert(key, self.choose((parent[key], other)))
        else:
            parent[key], parent[second] = parent[second], parent[key]


def children(values):
    return list(values.values()) if isinstance(values, dict) else values


def containers(values):
    """All lists and objects in a tree of JSON."""
    yield values
    for value in children(values):
        if isinstance(value, (dict, list)):
            yield from containers(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
