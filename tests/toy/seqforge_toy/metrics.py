"""The metric `marks`: how many dots there are, and how surprising the letters are to one who counted the reference."""

import math
from collections import Counter


class MarksMetric:
    def __init__(self):
        self.counts = {}

    def fit(self, works, groups):
        self.counts = {}
        for work, group in zip(works, groups, strict=True):
            self.counts.setdefault(group, Counter()).update(work.text[::2])

    def measure(self, work, group=None):
        letters, marks = work.text[::2], work.text[1::2]
        known = sum((counts for its, counts in self.counts.items() if its != group), Counter())
        nats = math.nan
        if known and letters:
            total = known.total() + 9
            nats = -sum(math.log((known[letter] + 1) / total) for letter in letters) / len(letters)
        return {
            "dots": marks.count(".") / len(marks) if marks else math.nan,
            "letters": float(len(set(letters))),
            "nats": nats,
        }
