"""What every metric must do, as tests: subclass `MetricSuite` in a test module and say which metric, and on what.

class TestRhythm(MetricSuite):
    name = "rhythm"          # as registered
    source = "jazz-etudes"   # where its works come from: what --data takes
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import pytest

from seqforge.errors import DataError, SeqforgeError
from seqforge.interfaces import Metric, Work
from seqforge.testing.material import walk
from seqforge.testing.suite import check
from seqforge.testing.work_suite import WorkSuite

__all__ = ["MetricSuite"]

_WORKS = 8
_WALKED = (0, 1, 2, 7, 40)  # tokens: works with hardly anything in them, too


class MetricSuite(WorkSuite):
    """The checks of a registered metric, with works of one of its codecs."""

    kind: ClassVar[str] = "metrics"
    least: ClassVar[int] = 8

    def metric(self) -> Metric:
        """A new metric that was fitted on nothing."""
        built: Metric = self.built()
        return built

    def works(self) -> list[tuple[Work, str]]:
        """Works with their groups, equal ones each time, and of more than one group if there are."""
        material = self.material()
        chosen = material.pieces[:: max(1, len(material.pieces) // _WORKS)][:_WORKS]
        return [(material.codec.decode(piece.tokens.tolist(), piece.prompt), piece.group) for piece in chosen]

    def fitted(self, works: list[tuple[Work, str]]) -> Metric:
        """A metric with these works as its reference."""
        metric = self.metric()
        metric.fit([work for work, _ in works], [group for _, group in works])
        return metric

    @check()
    def test_every_measure_has_a_name_of_its_own_and_a_title(self) -> None:
        measures = self.part().spec.measures
        names = [measure.name for measure in measures]
        assert names, "it declares no measure"
        assert len(set(names)) == len(names), f"a name stands twice: {', '.join(names)}"
        for measure in measures:
            assert measure.name.isidentifier(), f"{measure.name!r} is no name"
            assert measure.title.strip(), f"{measure.name} has no title"

    @check(needs=("works",))
    def test_every_work_gives_every_measure(self) -> None:
        works = self.works()
        metric = self.fitted(works)
        for work, group in works:
            for values in (metric.measure(work), metric.measure(work, group)):
                self._check_values(values)
        assert any(math.isfinite(value) for work, group in works for value in metric.measure(work, group).values()), (
            "no work has a value"
        )

    @check(needs=("works",), after=("every_work_gives_every_measure",))
    def test_without_a_reference_every_measure_is_a_number_or_nan(self) -> None:
        for work, group in self.works():
            self._check_values(self.metric().measure(work))
            self._check_values(self.metric().measure(work, group))

    @check(needs=("works",), after=("every_work_gives_every_measure",))
    def test_equal_works_give_equal_values_in_any_order(self) -> None:
        first, again = self.fitted(self.works()), self.fitted(self.works())
        values = [first.measure(work) for work, _ in self.works()]
        others = [again.measure(work) for work, _ in reversed(self.works())]
        for before, after in zip(values, reversed(others), strict=True):
            self._assert_same(before, after, "a work that was decoded anew has other values")

    @check(needs=("works",), after=("every_work_gives_every_measure",))
    def test_the_last_reference_counts(self) -> None:
        works = self.works()
        metric, other = self.fitted(works), self.fitted(works[:1])
        metric.fit([work for work, _ in works[:1]], [group for _, group in works[:1]])
        for work, _ in works:
            self._assert_same(metric.measure(work), other.measure(work), "what was fitted before is still there")

    @check(needs=("works",), after=("every_work_gives_every_measure",))
    def test_a_group_is_left_out_as_if_it_were_not_there(self) -> None:
        works = self.works()
        metric = self.fitted(works)
        for work, group in works:
            rest = [(other, its) for other, its in works if its != group]
            if rest:
                alone = self.fitted(rest).measure(work)
                self._assert_same(metric.measure(work, group), alone, f"group {group} is not left out")
            self._assert_same(metric.measure(work, "no such group"), metric.measure(work), "an unknown group matters")

    @check(needs=("works",), after=("every_work_gives_every_measure",))
    def test_the_works_are_not_changed(self) -> None:
        codec, works = self.material().new_codec(), self.works()
        before = list(self._encoded(codec, works))
        metric = self.fitted(works)
        for work, group in works:
            metric.measure(work, group)
        for was, is_ in zip(before, self._encoded(codec, works), strict=True):
            np.testing.assert_array_equal(is_, was)

    @check(needs=("works",), after=("every_work_gives_every_measure",))
    def test_short_and_random_works_can_be_measured(self) -> None:
        material = self.material()
        metric = self.fitted(self.works())
        for prompt in material.prompts[:2]:
            for seed, length in enumerate(_WALKED):
                guides = material.codec.guides([prompt])
                tokens: list[int] = []
                for step in walk(guides, len(material.codec.vocabulary), seed, length) if length else ():
                    tokens.append(int(step[0]))
                    guides.accept(step)
                try:
                    work = material.codec.decode(tokens, prompt)
                except SeqforgeError:
                    continue
                self._check_values(metric.measure(work))

    def _check_values(self, values: Mapping[str, float]) -> None:
        declared = {measure.name for measure in self.part().spec.measures}
        assert set(values) == declared, f"{sorted(values)} instead of {sorted(declared)}"
        for name, value in values.items():
            assert isinstance(value, (int, float, np.floating)), f"{name} is {value!r}"
            assert not math.isinf(value), f"{name} is infinite"

    def _assert_same(self, values: Mapping[str, float], others: Mapping[str, float], what: str) -> None:
        for name, value in values.items():
            assert value == pytest.approx(others[name], rel=1e-9, nan_ok=True), f"{name}: {what}"

    def _encoded(self, codec: Any, works: list[tuple[Work, str]]) -> Iterator[Any]:
        for work, _ in works:
            try:
                yield codec.encode(work).tokens.copy()
            except DataError:  # such as a work of nothing but rests
                yield np.zeros(0, np.int32)
