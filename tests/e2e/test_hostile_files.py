"""A folder in which every second file wants to do harm: each ends with a reason, the others are used."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import mido
import pytest
from shell import clean_environment

MANY = 2**28 - 1


def midi(*tracks: bytes, claimed: int | None = None, division: int = 96) -> bytes:
    header = struct.pack(">4sLHHH", b"MThd", 6, 1, len(tracks) if claimed is None else claimed, division)
    return header + b"".join(struct.pack(">4sL", b"MTrk", len(track)) + track for track in tracks)


def delta(ticks: int) -> bytes:
    digits = [ticks & 127]
    while ticks := ticks >> 7:
        digits.append(ticks & 127 | 128)
    return bytes(reversed(digits))


NOTE = b"\x00\x90\x3c\x40" + delta(96) + b"\x80\x3c\x00"
END = b"\x00\xff\x2f\x00"
LONG = b"".join(delta(MANY) + b"\x90\x3c\x40" + delta(MANY) + b"\x80\x3c\x00" for _ in range(8)) + END
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE score-partwise [<!ENTITY a "aaaaaaaaaa">%s]><score-partwise>&j;</score-partwise>'
)
GROWING = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


def archive(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "META-INF/container.xml",
            f'<container><rootfiles><rootfile full-path="{name}"/></rootfiles></container>',
        )
        file.writestr(name, content)
    return packed.getvalue()


HOSTILE = {
    "empty.mid": b"",
    "text.mid": b"this is no music\n",
    "truncated.mid": midi(NOTE * 50 + END)[:60],
    "long-deltas.mid": midi(LONG),
    "many-tracks.mid": midi(NOTE + END, claimed=65535),
    "tempo-0.mid": midi(b"\x00\xff\x51\x03\x00\x00\x00" + NOTE + END),
    "division-0.mid": midi(NOTE + END, division=0),
    "smpte.mid": midi(NOTE + END, division=0xE728),
    "no-notes.mid": midi(END),
    "bomb.mxl": archive("score.xml", b"<score-partwise>" + b" " * 100_000_000),
    "outside.mxl": archive("../../outside.xml", b"<score-partwise/>"),
    "entities.musicxml": (ENTITIES % GROWING).encode(),
    "external.musicxml": b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><score-partwise>&x;</score-partwise>',
    "text.musicxml": b"\x00\x01\x02",
    "text.abc": b"\x00\xff no tune",
    "nobody.db": b"SQLite format 3\x00" + b"\x00" * 200,
    "<script>alert(1)<\\u002fscript>.mid": b"MThd",
    "\x1b[31mred\x07.mid": b"MThd",
}


def good(path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=96)
    track = file.add_track("Melody")
    track.append(mido.MetaMessage("lyrics", text="Dm7"))
    for number in range(64):
        track.append(mido.Message("note_on", note=60 + number % 12, velocity=90, time=0))
        track.append(mido.Message("note_off", note=60 + number % 12, time=48))
    file.save(path)


@pytest.mark.skipif(os.name != "posix", reason="these names are for POSIX")
def test_each_ends_with_its_reason_and_the_others_are_used(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, content in HOSTILE.items():
        (folder / name).write_bytes(content)
    for number in range(3):
        good(folder / f"good-{number}.mid")
    before = set(tmp_path.rglob("*"))
    environment = {**clean_environment(), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-m", "seqforge", "inspect", folder, "--json"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    audit = json.loads(done.stdout)
    harmless = {"tempo-0.mid"} & set(audit["kept"])  # readable, once the tempo is left aside
    assert set(audit["kept"]) - harmless == {f"good-{number}.mid" for number in range(3)}
    reasons = {item["name"]: item["reason"] for item in audit["dropped"]}
    assert set(reasons) == set(HOSTILE) - harmless
    for name, reason in reasons.items():
        assert reason.isprintable(), (name, reason)
        assert "Traceback" not in reason
    assert {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - before} == {"cache"}
    shown = subprocess.run(
        [sys.executable, "-m", "seqforge", "inspect", folder],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "\x1b" not in shown.stdout
    assert "\x07" not in shown.stdout
