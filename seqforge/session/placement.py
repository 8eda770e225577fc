"""Where the training of a run is done, and by how many workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqforge.choice import part_options
from seqforge.configuration import RunConfig
from seqforge.errors import OutOfRange, RequestError
from seqforge.interfaces import Backend, BackendOptions
from seqforge.launching import Distributable, Launcher
from seqforge.plugins import Part, Registry

__all__ = ["LOCAL", "Placement", "choose_placement", "find_launcher"]

LOCAL = "local"
"""The core's own launcher: a run stays in this process."""


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A launcher with its options, how many workers it shall start, and how they find one another."""

    part: Part
    options: Mapping[str, Any]
    workers: int
    rendezvous: str

    @property
    def is_here(self) -> bool:
        """Whether the run is trained in this process."""
        return bool(self.part.spec.name == LOCAL)

    @property
    def reader(self) -> Launcher | None:
        """What reads the run's files; `None` if processes of this machine do."""
        return None if self.is_here else self.launcher()

    def launcher(self) -> Launcher:
        """The launcher, ready for work."""
        launcher: Launcher = self.part.build(**self.options)
        return launcher


def find_launcher(registry: Registry, name: str, values: Mapping[str, Any]) -> tuple[Part, dict[str, Any]]:
    """The launcher of that name, and its options out of the `launcher` section's tables, checked and filled up."""
    part = registry.find("launchers", name)
    others = set(registry.names("launchers"))
    return part, part_options("launcher", part.spec.name, part.spec.options, dict(values), others, "name")


def choose_placement(
    registry: Registry, config: RunConfig, backend_part: Part, backend: Backend, backend_options: BackendOptions
) -> Placement:
    """What `launcher` in the configuration says; `RequestError` if launcher and backend can't do that together."""
    part, options = find_launcher(registry, config.launcher.name, config.launcher.options)
    workers = config.launcher.workers
    rendezvous = _rendezvous(registry, part, backend_part, backend, backend_options) if workers > 1 else ""
    if workers > config.training.batch_size:
        most = f"at most training.batch_size, {config.training.batch_size}: each has a share of the batch"
        raise OutOfRange("launcher.workers", workers, most)
    if part.spec.name != LOCAL:
        part.load()  # what is missing is said now, and not when the data is read
    return Placement(part=part, options=options, workers=workers, rendezvous=rendezvous)


def _rendezvous(
    registry: Registry, part: Part, backend_part: Part, backend: Backend, backend_options: BackendOptions
) -> str:
    able = [registry.full_name(other) for other in registry.parts("launchers") if other.spec.rendezvous]
    if not part.spec.rendezvous:
        others = f"--launcher {' or '.join(able)}" if able else "a launcher such as that of seqforge-ray"
        raise RequestError(f"launcher {part.spec.name} has one worker a run; take --workers 1, or {others}")
    rendezvous = backend.rendezvous(backend_options) if isinstance(backend, Distributable) else ""
    name = backend_part.spec.name
    if not rendezvous:
        engine = backend.describe(backend_options)
        raise RequestError(
            f"backend {name} ({engine}) can't train with several workers; take --workers 1, or another --backend"
        )
    if rendezvous not in part.spec.rendezvous:
        raise RequestError(
            f"launcher {part.spec.name} can't bring the workers of backend {name} together: they meet by "
            f"'{rendezvous}', and it has {', '.join(part.spec.rendezvous)}; take --workers 1, or another of the two"
        )
    return rendezvous
