"""What plugins may hold on to: the names of the package, and the hooks."""

import inspect

import pytest

import seqforge
from seqforge import hookspecs
from seqforge.plugins import KINDS

HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("seqforge_register_")}


@pytest.mark.parametrize("name", seqforge.__all__)
def test_every_public_name_resolves(name):
    assert getattr(seqforge, name) is not None


def test_the_list_of_public_names_is_sorted_and_complete():
    assert len(set(seqforge.__all__)) == len(seqforge.__all__)
    defined = {
        name
        for name, value in vars(seqforge).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("seqforge.")
    }
    assert defined <= set(seqforge.__all__)
    assert set(seqforge.__all__) <= set(dir(seqforge)) | {"LSTM", "DropoutMasks", "dropout_masks", "output_views"}


def test_a_name_that_is_not_public_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = seqforge.nothing


@pytest.mark.parametrize("name", [name for name in seqforge.__all__ if name not in ("NONE", "State", "__version__")])
def test_every_public_class_and_function_says_what_it_is(name):
    value = getattr(seqforge, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert (inspect.getdoc(value) or "").strip()


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_what_it_is_for(name):
    assert (HOOKS[name].__doc__ or "").strip().endswith(".")
    assert not inspect.signature(HOOKS[name]).parameters


def test_every_kind_of_part_has_its_hook():
    assert {name.removeprefix("seqforge_register_") for name in HOOKS} == set(KINDS)


def test_errors_carry_the_exit_status_that_their_tree_says():
    statuses = {
        "SeqforgeError": 1,
        "TrainingDiverged": 1,
        "FileDamaged": 1,
        "RequestError": 2,
        "UnknownName": 2,
        "OutOfRange": 2,
        "NotInstalled": 2,
        "DataError": 2,
        "PluginError": 3,
    }
    assert {name: getattr(seqforge, name).exit_status for name in statuses} == statuses
