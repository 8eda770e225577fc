"""What can be measured of a text of any kind: its words and its lines."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from seqforge_text.text import Text

__all__ = ["WordMetric"]

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_MARK = re.compile(r"[^\w\s]")


class WordMetric:
    """How long words and lines are, how many marks stand between words, and how many words the reference has, too."""

    def __init__(self) -> None:
        self._known: Counter[str] = Counter()
        self._of_group: dict[str, Counter[str]] = {}

    def fit(self, works: Sequence[Text], groups: Sequence[str]) -> None:
        """See `seqforge.Metric.fit`."""
        self._known, self._of_group = Counter(), {}
        for work, group in zip(works, groups, strict=True):
            words = Counter(_words(work.text))
            self._known.update(words)
            self._of_group.setdefault(group, Counter()).update(words)

    def measure(self, work: Text, group: str | None = None) -> Mapping[str, float]:
        """See `seqforge.Metric.measure`."""
        words = _words(work.text)
        lines = [line for line in work.text.splitlines() if line.strip()]
        return {
            "word_length": _mean([len(word) for word in words]),
            "known_words": self._share_known(words, group),
            "marks": len(_MARK.findall(work.text)) / len(words) if words else math.nan,
            "line_length": _mean([len(line) for line in lines]),
        }

    def _share_known(self, words: Sequence[str], group: str | None) -> float:
        own = self._of_group.get(group, Counter()) if group is not None else Counter[str]()
        if self._known.total() == own.total():
            return math.nan
        return _mean([self._known[word] > own[word] for word in words])


def _words(text: str) -> list[str]:
    """In small letters; without the first and the last where there are more, since an excerpt may begin within one."""
    words = _WORD.findall(text.lower())
    return words[1:-1] if len(words) > 2 else words


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else math.nan
