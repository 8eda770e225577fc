"""Which plugins the user wants: those that are disabled, and the allow list of `SEQFORGE_PLUGINS`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqforge.plugins.plugin import Plugin

__all__ = ["VARIABLE", "Preferences"]

VARIABLE = "SEQFORGE_PLUGINS"
"""The environment variable with the names of the plugins that are allowed, with commas between them."""


@dataclass(frozen=True)
class Preferences:
    """What the user wants.

    `disabled` holds full names; `allowed` is `None` where there is no allow list; `fault` says why the file is ignored.
    """

    file: Path
    disabled: tuple[str, ...] = ()
    allowed: tuple[str, ...] | None = None
    fault: str = ""

    @classmethod
    def of_user(cls) -> Preferences:
        """What the user's configuration folder and environment say."""
        import platformdirs

        file = Path(platformdirs.user_config_dir("seqforge", appauthor=False)) / "plugins.toml"
        variable = os.environ.get(VARIABLE)
        allowed = None if variable is None else tuple(name.strip() for name in variable.split(",") if name.strip())
        try:
            return cls(file, _read_disabled(file), allowed)
        except (OSError, ValueError) as error:
            fault = f"{file} can't be read ({error}), so that no plugin is disabled; mend or remove it"
            return cls(file, (), allowed, fault)

    def is_disabled(self, plugin: Plugin) -> bool:
        """Whether the user has disabled it."""
        return plugin.full_name in self.disabled

    def allows(self, plugin: Plugin) -> bool:
        """Whether there is no allow list, or the plugin is on it."""
        return self.allowed is None or any(plugin.is_called(name) for name in self.allowed)

    def unknown(self, plugins: Sequence[Plugin]) -> list[str]:
        """The names on the allow list that stand for no plugin."""
        return [name for name in self.allowed or () if not any(plugin.is_called(name) for plugin in plugins)]

    def to_toml(self, disabled: Iterable[str]) -> str:
        """The text of the file for these disabled plugins."""
        import tomli_w

        return "# Written by `seqforge plugins disable` and `enable`.\n" + tomli_w.dumps(
            {"disabled": sorted(set(disabled))}
        )


def _read_disabled(file: Path) -> tuple[str, ...]:
    if not file.exists():
        return ()
    import tomllib

    names = tomllib.loads(file.read_text(encoding="utf-8")).get("disabled", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("`disabled` is no list of names")
    return tuple(names)
