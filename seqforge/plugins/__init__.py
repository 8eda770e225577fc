"""Finding plugins, and the parts that they register.

Plugins are found through the entry-point group `seqforge`. The hook module of each is imported in a process of its own,
which leaves a manifest behind: what the plugin registers, or what is wrong with it. This process imports nothing of a
plugin but the target of a part that is used.
"""

from seqforge.plugins.installed import origin
from seqforge.plugins.kinds import KINDS
from seqforge.plugins.part import Part, is_usual, missing_requirements, short_name
from seqforge.plugins.plugin import CORE, DISABLED, NOT_ALLOWED, Plugin, PluginProblem, plugins_named
from seqforge.plugins.registry import Registry

__all__ = [
    "CORE",
    "DISABLED",
    "KINDS",
    "NOT_ALLOWED",
    "Part",
    "Plugin",
    "PluginProblem",
    "Registry",
    "is_usual",
    "missing_requirements",
    "origin",
    "plugins_named",
    "short_name",
]
