"""A callback that writes down what it is told."""

import builtins
import dataclasses
import json
import os
from pathlib import Path

import seqforge


class Diary:
    """A line a call: the method, and its arguments. The method `fails_in` raises."""

    def __init__(self, *, file="", fails_in="", error="ValueError", says=""):
        self.file = file and Path(file)
        self.fails_in = fails_in
        self.error = error
        self.says = says

    def on_begin(self, run):
        if not self.file:
            run.own.mkdir(parents=True, exist_ok=True)
            self.file = run.own / "diary.jsonl"
        self._note(
            "on_begin", **{name: str(value) if isinstance(value, Path) else value for name, value in _fields(run)}
        )

    def on_evaluation(self, step, values):
        self._note("on_evaluation", step=step, values=values)

    def on_end(self, outcome, values):
        self._note("on_end", outcome=outcome, values=values)

    def _note(self, method, **told):
        with self.file.open("a") as file:
            file.write(json.dumps({"method": method, "process": os.getpid(), **told}) + "\n")
        if self.says:
            print(self.says)
            os.write(1, f"{self.says} aloud\n".encode())
        if method == self.fails_in:
            raise (getattr(seqforge, self.error, None) or getattr(builtins, self.error))("the ink\nis out")


def _fields(run):
    return ((field.name, getattr(run, field.name)) for field in dataclasses.fields(run))
