"""What the pages of the documentation take for granted: files to read, and an environment to install things into."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import sysconfig
from contextlib import closing
from pathlib import Path

import mido
from pages import Block
from shell import clean_environment

SHORT = ("training.steps=2", "training.evaluate_every=2", "samples.count=1")
"""What is set for runs of most pages: the commands are theirs, the patience is ours."""

WORDS = ("night", "is", "long", "and", "Juliet", "knows", "that", "no", "bell", "rings", "before", "morning", "comes")
CHORDS = ("Dm7", "G7", "Cmaj7", "Am7")
PLAYLIST = (
    '<a href="irealbook://Lantern Street=Nobody=Medium Swing=C=n=[T44D-7 |G7 |C^7 |A-7 Z">Lantern Street</a>\n'
    '<a href="irealbook://Ink=Nobody=Medium Swing=F=n=[T44G-7 |C7 |F^7 |D-7 Z">Ink</a>\n'
)
DATABASE = """
CREATE TABLE composition_info (compid INTEGER, title TEXT);
CREATE TABLE solo_info (melid INTEGER, compid INTEGER, performer TEXT, title TEXT, titleaddon TEXT,
  solopart TEXT, instrument TEXT, avgtempo REAL, rhythmfeel TEXT, key TEXT, signature TEXT);
CREATE TABLE melody (eventid INTEGER PRIMARY KEY, melid INTEGER, onset REAL, pitch REAL, duration REAL, period INTEGER,
  division INTEGER, bar INTEGER, beat INTEGER, tatum INTEGER, beatdur REAL);
CREATE TABLE beats (melid INTEGER, bar INTEGER, beat INTEGER, chord TEXT);
"""


def furnish(folder: Path) -> None:
    """The files that the pages name, none of them anybody's work."""
    for place, accompaniment in (("tunes", ()), ("my-solos", ("Piano", "Bass"))):
        (folder / place).mkdir()
        for number in range(12):
            write_tune(folder / place / f"tune {number}.mid", number, bars=8, accompaniment=accompaniment)
    (folder / "tunes" / "notes.txt").write_text("which tune was it?\n")
    (folder / "tunes" / "broken.mid").write_bytes((folder / "tunes" / "tune 0.mid").read_bytes()[:40])
    write_tune(folder / "tune.mid", 4, bars=16)
    write_tune(folder / "lick.mid", 5, bars=2)
    (folder / "playlist.html").write_text(PLAYLIST)
    (folder / "changes.txt").write_text("Dm7 | G7 | Cmaj7 | %\n")
    write_database(folder / "wjazzd.db")
    write_play(folder / "book.txt", lines=300)
    write_play(folder / "tinyshakespeare.txt", lines=600)


def write_play(path: Path, lines: int) -> None:
    """Speakers and what they say, of no meaning."""
    said = (" ".join(WORDS[(7 * line + place * place) % len(WORDS)] for place in range(8)) for line in range(lines))
    path.write_text("".join(f"{('ROMEO', 'NURSE')[line % 2]}:\nThe {text}.\n\n" for line, text in enumerate(said)))


def write_tune(path: Path, number: int, bars: int, accompaniment: tuple[str, ...] = ()) -> None:
    """Eighths over four chords, whose names are in the file; the tracks of the accompaniment come first."""
    file = mido.MidiFile(ticks_per_beat=96)
    for name in accompaniment:
        track = file.add_track(name)
        for _ in range(bars):
            track.append(mido.Message("note_on", channel=1, note=48, velocity=60, time=0))
            track.append(mido.Message("note_off", channel=1, note=48, time=384))
    track = file.add_track("Solo")
    for bar in range(bars):
        track.append(mido.MetaMessage("lyrics", text=CHORDS[bar % 4]))
        for place in range(8):
            track.append(mido.Message("note_on", note=_pitch(number, bar, place), velocity=90, time=0))
            track.append(mido.Message("note_off", note=_pitch(number, bar, place), time=48))
    file.save(path)


def write_database(path: Path) -> None:
    """Twelve solos in the tables of the Weimar Jazz Database."""
    with closing(sqlite3.connect(path)) as file:
        file.executescript(DATABASE)
        for solo in range(1, 13):
            file.execute("INSERT INTO composition_info VALUES (?, ?)", (solo, f"Tune {solo}"))
            row = (solo, solo, "Someone", f"Tune {solo}", None, "1", "ts", 120.0, "SWING", "C-maj", "4/4")
            file.execute("INSERT INTO solo_info VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
            for bar in range(8):
                file.execute(
                    "INSERT INTO beats VALUES (?, ?, 1, ?)", (solo, bar + 1, CHORDS[bar % 4].replace("maj", "j"))
                )
                for place in range(8):
                    file.execute(
                        "INSERT INTO melody VALUES (NULL,?,?,?,?,4,2,?,?,?,0.5)",
                        (
                            solo,
                            bar * 2 + place / 4,
                            _pitch(solo, bar, place),
                            0.25,
                            bar + 1,
                            place // 2 + 1,
                            place % 2 + 1,
                        ),
                    )
        file.commit()


def _pitch(number: int, bar: int, place: int) -> int:
    return 60 + (number + 2 * place + 5 * bar) % 17


def make_environment(folder: Path) -> None:
    """A virtual environment that sees everything installed here; what is installed into it stays in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    here = sysconfig.get_path("purelib")
    (site / "everything.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    for name, words in (("pytest", "-m pytest"), ("pip", "-m pip"), ("seqforge", "-m seqforge")):
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\n{SHORTEN if name == "seqforge" else ""}exec "{python}" {words} "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)


SHORTEN = """if { [ "$1" = run ] || { [ "$1" = sweep ] && [ ! -d "$2" ]; }; } && [ -n "$SEQFORGE_PAGES_SHORT" ]; then
  for value in $SEQFORGE_PAGES_SHORT; do set -- "$@" --set "$value"; done
fi
"""


def run_block(block: Block, folder: Path, environment: Path, *, short: bool) -> str:
    """Run a block in the folder, and give what it printed."""
    if block.file:
        path = folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)
        return ""
    variables = clean_environment()
    variables["PATH"] = f"{environment / 'bin'}{os.pathsep}{variables['PATH']}"
    variables["SEQFORGE_PAGES_SHORT"] = " ".join(SHORT) if short else ""
    variables["SEQFORGE_BACKEND"] = "numpy"  # as for a newcomer, who has no other
    variables["PYTHONUNBUFFERED"] = "1"
    variables["COLUMNS"] = "120"
    variables["XDG_CONFIG_HOME"] = str(folder.parent / "config")  # what somebody has set is his own
    variables.pop("PYTHONPATH", None)
    script = folder / ("block.sh" if block.language == "sh" else "block.py")
    script.write_text(block.text)
    words = ["bash", "-euo", "pipefail", script.name] if block.language == "sh" else ["python", script.name]
    printed = ""
    with subprocess.Popen(
        words, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        for line in process.stdout:
            printed += line
            if block.interrupted and line.startswith("step") and "\nstep" not in printed.removesuffix(line):
                os.killpg(process.pid, signal.SIGINT)
    expected = (130, -signal.SIGINT) if block.interrupted else (0,)
    assert process.returncode in expected, f"{block} ended with {process.returncode}:\n{printed}"
    return printed


def compare(block: Block, printed: str) -> None:
    """Each line that the page shows was printed, in this order; figures and the width of gaps may differ."""
    rest = [_shape(line) for line in printed.splitlines()]
    for line in block.printed.splitlines():
        shape = _shape(line)
        if shape in ("", "..."):
            continue
        assert shape in rest, f"{block}: '{line}' was not printed, but this:\n{printed}"
        rest = rest[rest.index(shape) + 1 :]


def _shape(line: str) -> str:
    """A line without its figures, and with single blanks."""
    return " ".join(re.sub(r"\d+([.,]\d+)*", "#", line).split()).removesuffix(" ...")
