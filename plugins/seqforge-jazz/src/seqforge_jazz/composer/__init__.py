"""The rule composer of the built-in etudes; `python -m seqforge_jazz.composer FOLDER` writes the corpus anew."""

from seqforge_jazz.composer.acceptance import Acceptance
from seqforge_jazz.composer.corpus import PLAN, Commission, compose_corpus
from seqforge_jazz.composer.etude import compose

__all__ = ["PLAN", "Acceptance", "Commission", "compose", "compose_corpus"]
