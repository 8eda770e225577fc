"""The conformance kit: the parts of the core and of the toy plugin pass, and the suites hold together."""

import inspect
from pathlib import Path
from types import MappingProxyType

import pytest

import seqforge.testing
from seqforge.hookspecs import STAGES
from seqforge.session.strategy import make_strategy, sampling_settings
from seqforge.testing import (
    BackendSuite,
    CodecSuite,
    DatasetSuite,
    FormatSuite,
    MetricSuite,
    ProcessorSuite,
    ReaderSuite,
    SamplerSuite,
)

_PUBLIC = [getattr(seqforge.testing, name) for name in seqforge.testing.__all__]
SUITES = [value for value in _PUBLIC if inspect.isclass(value)]


class TestDraw(SamplerSuite):
    name = "draw"


class TestGreedy(SamplerSuite):
    name = "greedy"


class TestTemperature(ProcessorSuite):
    name = "temperature"
    options = MappingProxyType({"temperature": 0.3})


class TestTopK(ProcessorSuite):
    name = "top-k"
    options = MappingProxyType({"top_k": 3})


class TestTopP(ProcessorSuite):
    name = "top-p"
    options = MappingProxyType({"top_p": 0.4})


class TestLetters(CodecSuite):
    name = "letters"
    source = "cycles"
    options = MappingProxyType({"alphabet": 7})


class TestLettersWithoutCorpus(CodecSuite):
    name = "letters"


class TestPairs(CodecSuite):
    name = "pairs"
    source = "cycles"


class TestCycles(DatasetSuite):
    name = "cycles"


class TestCyclesOfPairs(DatasetSuite):
    name = "cycles"
    codec_name = "pairs"
    options = MappingProxyType({"groups": 4})


class TestLettersReader(ReaderSuite):
    name = "letters"

    @pytest.fixture(autouse=True)
    def written(self, tmp_path_factory):
        path = tmp_path_factory.getbasetemp() / "read.letters"
        path.write_text("bach a.b-c=\nbach b.a=\nhandel e.e.e-\n", encoding="utf-8")
        type(self).files = (path,)


class TestTextFormat(FormatSuite):
    name = "txt"
    source = "cycles"


class TestMarks(MetricSuite):
    name = "marks"
    source = "cycles"


class TestMarksOfRandomWorks(MetricSuite):
    name = "marks"


@pytest.mark.parametrize("suite", SUITES)
def test_every_check_waits_for_checks_that_there_are(suite):
    names = {check.__name__ for check in suite.checks()}
    assert len(names) >= 7
    for check in suite.checks():
        assert {f"test_{name}" for name in check.check_after} <= names - {check.__name__}
    assert not suite.first or f"test_{suite.first}" in names


@pytest.mark.parametrize("suite", SUITES)
def test_every_check_says_in_its_name_what_it_checks(suite):
    for check in suite.checks():
        assert len(check.__name__.split("_")) >= 4, check.__name__
        assert inspect.signature(check).return_annotation in (None, "None")


@pytest.mark.parametrize("suite", SUITES)
def test_as_many_checks_are_needed_as_apply_to_a_part_that_lacks_everything(suite):
    needed = [check for check in suite.checks() if not set(check.check_needs) & _LACKING[suite]]
    assert suite.least == len(needed)


_LACKING = {suite: set(suite.can_lack) for suite in SUITES}
_LACKING[BackendSuite] = {"dropout", "optimizer state", "reference", "registration"}
_LACKING[CodecSuite] |= {"quotations", "names", "parts", "places", "resolving", "primers"}
_LACKING[SamplerSuite] = {"softmax distribution"}


def test_processors_are_applied_in_the_documented_order(registry):
    """Whatever the order in which plugins register them: penalties, temperature, truncation."""
    values = {"temperature": 0.5, "top_k": 3, "top_p": 0.5, "fresh_letter": True}
    strategy = make_strategy(registry, sampling_settings(registry, values, "--"))
    stages = {part.load(): part.spec.stage for part in registry.parts("samplers")}
    own = [getattr(processor, "processor", processor) for processor in strategy.processors]  # guests are wrapped
    applied = [stages[type(processor)] for processor in own]
    assert applied == ["penalty", "temperature", "truncation", "truncation"]
    assert [STAGES.index(stage) for stage in applied] == sorted(STAGES.index(stage) for stage in applied)


def test_a_suite_whose_checks_are_switched_off_fails(python, tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "from seqforge.testing import SamplerSuite\n"
        "class TestDraw(SamplerSuite):\n"
        "    name = 'draw'\n"
        "    test_what_is_forbidden_is_never_taken = None\n"
        "    def test_rows_know_nothing_of_one_another(self):\n"
        "        pass\n"
        "    def test_large_logits_are_no_trouble(self):\n"
        "        pass\n"
    )
    outcome = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py")
    assert outcome.status == 1
    assert "test_enough_checks_apply" in outcome.out
    assert "only 6 checks apply; at least 8 are needed" in outcome.out
    assert "1 failed" in outcome.out


@pytest.mark.parametrize("suite", SUITES)
def test_the_documentation_names_every_suite_and_all_that_a_part_may_lack(suite):
    text = (Path(__file__).parents[1] / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert f"| `{suite.__name__}` |" in text
    for name in suite.can_lack:
        assert f"`{name}`" in text
