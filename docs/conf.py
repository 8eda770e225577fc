"""How Sphinx builds the site from these pages: `tox -e docs`, or CONTRIBUTING.md for the command behind it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "seqforge"
author = "the seqforge developers"
version = release = re.findall(r'__version__ = "(.+)"', (HERE.parent / "seqforge/__init__.py").read_text("utf-8"))[0]
extensions = ["myst_parser", "contents", "offline"]
exclude_patterns = ["_ext", "_reference"]
language = "en"
smartquotes = False  # would make one dash of the two of an option

nitpicky = True
myst_heading_anchors = 4
myst_links_external_new_tab = False

html_theme = "furo"
html_title = "seqforge"
html_copy_source = False
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
