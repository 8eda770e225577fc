"""iReal Pro: links and exported playlists, read into charts that players would count the same way."""

from __future__ import annotations

from seqforge_jazz.ireal.form import Form, form_of_tune
from seqforge_jazz.ireal.links import Tune, has_link, tunes_in
from seqforge_jazz.ireal.tune_choice import choose_tune

__all__ = ["Form", "Tune", "choose_tune", "form_of_tune", "has_link", "tunes_in"]
