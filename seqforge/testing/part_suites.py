"""From the parts that a plugin registers to the suites that check them, with what can be found to run them on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from seqforge.errors import NotInstalled, SeqforgeError
from seqforge.interfaces import Source
from seqforge.plugins import KINDS, Part, Registry, missing_requirements
from seqforge.testing.backends import BackendSuite
from seqforge.testing.codecs import CodecSuite
from seqforge.testing.datasets import DatasetSuite
from seqforge.testing.formats import FormatSuite
from seqforge.testing.material import codec_arguments, find_material
from seqforge.testing.metrics import MetricSuite
from seqforge.testing.readers import ReaderSuite
from seqforge.testing.samplers import ProcessorSuite, SamplerSuite
from seqforge.testing.searches import SearchSuite
from seqforge.testing.settings import default_settings, settings_that_differ
from seqforge.testing.suite import Suite

__all__ = ["PartSuites"]

_BUILT = "it can be imported and built from the defaults of its options"
_WITHOUT_SUITE = {
    "recipes": "there is no suite for recipes; seqforge run {name} --dry-run tries it",
    "models": "there is no suite for models; seqforge inspect {name} reads it",
    "commands": "there is no suite for commands; seqforge {name} --help imports it",
    "launchers": "there is no suite for launchers; seqforge run RECIPE --launcher {name} tries it",
    "callbacks": "there is no suite for callbacks; seqforge run RECIPE --callback {name} tries it",
}
_EXCUSES = {
    "codecs": "too few checks without pieces; name a data set or files by --data",
    "readers": "too few checks without a file that it should read; name one by --data",
    "formats": "too few checks without works; name a data set or files by --data",
    "metrics": "too few checks without works; name a data set or files by --data",
}


class PartSuites:
    """Collects a suite for each part; `data` are names and paths that the user gave.

    `suites` holds the part in words, the case if there are several, and the suite.
    """

    def __init__(self, registry: Registry, data: tuple[str, ...]) -> None:
        self.registry = registry
        self.data = data
        self.suites: list[tuple[str, str, type[Suite]]] = []

    def parts(self, distribution: str, entry_point: str) -> Iterator[Part]:
        """Everything that one entry point registers."""
        for kind in KINDS:
            for part in self.registry.parts(kind):
                if (part.distribution, part.entry_point) == (distribution, entry_point):
                    yield part

    def label(self, part: Part) -> str:
        """The part in words."""
        return f"{KINDS[part.kind]} {part.spec.name}"

    def add(self, part: Part) -> Iterator[dict[str, str]]:
        """Add the suites of a part; gives a record for what is known without running them."""
        record = {"part": self.label(part), "property": _BUILT}
        if part.kind in _WITHOUT_SUITE:
            reason = _WITHOUT_SUITE[part.kind].format(name=part.spec.name)
            yield {"part": self.label(part), "property": "all", "outcome": "not checked", "detail": reason}
            return
        if missing := missing_requirements(part.spec):
            yield {**record, "outcome": "not checked", "detail": f"{', '.join(missing)} is not installed"}
            return
        try:
            self._build(part)
        except NotInstalled as error:
            yield {**record, "outcome": "not checked", "detail": str(error)}
        except SeqforgeError as error:
            yield {**record, "outcome": "failed", "detail": str(error)}
        else:
            yield {**record, "outcome": "passed", "detail": ""}
            yield from getattr(self, f"_add_{part.kind}")(part)

    def _build(self, part: Part) -> None:
        if part.kind == "datasets":
            part.load()
        elif part.kind == "codecs":
            part.build(vocabulary=None, **codec_arguments(part, {}))
        elif part.kind == "backends":
            part.build()
        else:
            part.build(**default_settings(part.spec.options))

    def _suite(self, part: Part, base: type[Suite], case: str = "", **attributes: Any) -> None:
        values = {"name": self._unique_name(part), "excuse": _EXCUSES.get(part.kind, ""), **attributes}
        self.suites.append((self.label(part), case, type(base.__name__, (base,), values)))

    def _unique_name(self, part: Part) -> str:
        return f"{part.distribution}:{part.spec.name}"

    def _add_backends(self, part: Part) -> Iterator[dict[str, str]]:
        self._suite(part, BackendSuite)
        yield from ()

    def _add_samplers(self, part: Part) -> Iterator[dict[str, str]]:
        if part.spec.chooses:
            self._suite(part, SamplerSuite if part.spec.stage == "draw" else SearchSuite)
            return
        settings = settings_that_differ(part.spec.options)
        for options in settings:
            case = ", ".join(f"{name} {value}" for name, value in options.items())
            self._suite(part, ProcessorSuite, case, options=options)
        if not settings:
            reason = "no value is known that switches it on: give its option an example, or subclass ProcessorSuite"
            yield {"part": self.label(part), "property": "all others", "outcome": "not checked", "detail": reason}

    def _add_datasets(self, part: Part) -> Iterator[dict[str, str]]:
        codecs = [name for name in part.spec.codecs or self.registry.names("codecs") if self._has_codec(name)]
        for codec in codecs:
            self._suite(part, DatasetSuite, f"codec {codec}", codec_name=codec)
        if not codecs:
            reason = f"no codec is installed that takes its works ({', '.join(part.spec.codecs) or 'any'})"
            yield {"part": self.label(part), "property": "all others", "outcome": "not checked", "detail": reason}

    def _add_codecs(self, part: Part) -> Iterator[dict[str, str]]:
        self._suite(part, CodecSuite, source=self._source(part))
        yield from ()

    def _add_formats(self, part: Part) -> Iterator[dict[str, str]]:
        self._suite(part, FormatSuite, **self._works_of(part))
        yield from ()

    def _add_metrics(self, part: Part) -> Iterator[dict[str, str]]:
        self._suite(part, MetricSuite, **self._works_of(part))
        yield from ()

    def _works_of(self, part: Part) -> dict[str, Any]:
        """Where works for a part come from that takes those of some codecs."""
        codecs = [name for name in part.spec.codecs or self.registry.names("codecs") if self._has_codec(name)]
        if not codecs:
            return {}
        return {"codec_name": codecs[0], "source": self._source(self.registry.find("codecs", codecs[0]))}

    def _add_readers(self, part: Part) -> Iterator[dict[str, str]]:
        files = tuple(path for path in self._named_files() if path.suffix.lower() in part.spec.suffixes)
        self._suite(part, ReaderSuite, files=files or tuple(self._written_files(part)))
        yield from ()

    def _named_files(self) -> Iterator[Path]:
        """The files that the user named, and those in the folders."""
        for path in map(Path, self.data):
            yield from sorted(path.rglob("*")) if path.is_dir() else [path]

    def _source(self, codec: Part) -> str:
        """Data for a codec: what the user named, else a data set of its own distribution, else one of another."""
        takes = [part for part in self.registry.parts("datasets") if codec.spec.name in part.spec.codecs]
        takes = [part for part in takes if not missing_requirements(part.spec)]
        names = [self.registry.full_name(part) for part in takes]
        suffixes = {
            suffix
            for part in self.registry.parts("readers")
            if not part.spec.codecs or codec.spec.name in part.spec.codecs
            for suffix in part.spec.suffixes
        }
        for source in self.data:
            if source in names or Path(source).suffix.lower() in suffixes or Path(source).is_dir():
                return source
        takes.sort(key=lambda part: part.distribution != codec.distribution)
        return self.registry.full_name(takes[0]) if takes else ""

    def _has_codec(self, name: str) -> bool:
        """Whether the codec is there, and can be used."""
        if not self.registry.has("codecs", name):
            return False
        with contextlib.suppress(SeqforgeError):
            self._build(self.registry.find("codecs", name))
            return True
        return False

    def _written_files(self, reader: Part) -> Iterator[Path]:
        """Files that formats write and the reader can read, one for each of its suffixes."""
        for part in self.registry.parts("formats"):
            if part.spec.suffix.lower() not in reader.spec.suffixes or missing_requirements(part.spec):
                continue
            codecs = [name for name in part.spec.codecs or self.registry.names("codecs") if self._has_codec(name)]
            if reader.spec.codecs:
                codecs = [name for name in codecs if name in reader.spec.codecs]
            with contextlib.suppress(Exception):  # a format that fails is judged by its own suite
                path = Path.cwd() / f"written-{part.distribution}-{part.spec.name}{part.spec.suffix}"
                self._write(part, codecs, path)
                if self._reads(reader, path):
                    yield path

    def _write(self, format_part: Part, codecs: Sequence[str], path: Path) -> None:
        codec = self.registry.find("codecs", codecs[0])
        material = find_material(self.registry, codecs[0], self._source(codec), {}, {})
        format_part.build(**default_settings(format_part.spec.options)).write(material.works(1)[0], path)

    def _reads(self, reader: Part, path: Path) -> bool:
        items = reader.build(**default_settings(reader.spec.options)).read(path)
        return any(not isinstance(item, Source) for item in items)
