"""Which plugins take part: `disable` and `enable`, the allow list, `--strict-plugins`."""

import json

import pytest

RAISES_WHEN_IMPORTED = "open({mark!r}, 'w').close()\n1 / 0\n"


@pytest.fixture
def start(process, tmp_path):
    """A command with a configuration folder and a cache of its own."""
    own = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def start_(*arguments, **more):
        return process(*arguments, **{**own, **more})

    return start_


def states(outcome):
    return {row["distribution"]: row["state"] for row in json.loads(outcome.out)}


@pytest.mark.parametrize("name", ["toy", "seqforge-toy", "Seqforge_Toy", "seqforge-toy:toy"])
def test_a_disabled_plugin_is_left_out_until_it_is_enabled(start, name):
    assert start("recipes", "show", "toy").status == 0  # so that it is known what it offers
    outcome = start("plugins", "disable", name)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == (
        "plugin seqforge-toy:toy is disabled; type: seqforge plugins enable seqforge-toy:toy, to have it back\n"
    )
    listed = start("plugins", "list", "--json")
    assert states(listed)["seqforge-toy"] == "disabled"
    assert states(listed)["seqforge-core"] == "ok"
    assert "mirror" not in start("list", "backends").out
    assert "toys" not in start("--help").out
    outcome = start("run", "toy")
    assert (outcome.status, outcome.err) == (
        2,
        "error: recipe 'toy' is of plugin toy of seqforge-toy, which is disabled; "
        "type: seqforge plugins enable seqforge-toy:toy\n",
    )
    assert start("plugins", "check", "toy").status == 2
    assert start("plugins", "enable", name).out == "plugin seqforge-toy:toy is enabled\n"
    assert start("plugins", "enable", name).out == "plugin seqforge-toy:toy was not disabled\n"
    assert start("run", "toy", "--dry-run").status == 0


def test_a_disabled_plugin_is_not_imported(start, plant, tmp_path):
    mark = tmp_path / "imported"
    source = RAISES_WHEN_IMPORTED.format(mark=str(mark))
    path = [plant(tmp_path / "site", "bad-thing", {"bad": "bad_thing"}, {"bad_thing.py": source})]
    assert "plugin bad of bad-thing is left out: ZeroDivisionError" in start("list", "formats", path=path).err
    assert start("plugins", "disable", "bad", path=path).err == ""
    mark.unlink()
    (path[0] / "bad_thing.py").write_text(source + "# changed\n")
    for arguments in (("list", "formats"), ("plugins", "list"), ("plugins", "doctor")):
        outcome = start(*arguments, path=path)
        assert (outcome.status, outcome.err) == (0, "")
    assert not mark.exists()


def test_a_plugin_that_is_gone_can_be_enabled(start, plant, tmp_path):
    path = [plant(tmp_path / "site", "some-thing", {"some": "some_thing"}, {"some_thing.py": ""})]
    start("plugins", "disable", "some", path=path)
    assert start("plugins", "enable", "some").out == "plugin some-thing:some is enabled\n"
    assert start("plugins", "enable", "some").status == 2


def test_the_core_stays(start):
    outcome = start("plugins", "disable", "core")
    assert (outcome.status, outcome.err) == (
        2,
        "error: the core can't be disabled; disable plugins of others, see seqforge plugins list\n",
    )


def test_an_unknown_name_is_a_wrong_request(start):
    assert start("plugins", "disable", "tyo").err.startswith("error: unknown plugin 'tyo'; did you mean 'toy'?")
    errors = start("plugins", "disable", "corr").err
    assert errors.startswith("error: unknown plugin 'corr'")
    assert "core" not in errors


def test_preferences_that_can_not_be_read_are_named_and_kept(start, tmp_path):
    start("plugins", "disable", "toy")
    (file,) = (tmp_path / "config").rglob("plugins.toml")
    file.write_text("disabled = [")
    outcome = start("recipes", "show", "toy")
    assert outcome.status == 0
    assert outcome.err.startswith(f"warning: {file} can't be read")
    assert start("plugins", "disable", "toy").status == 2
    assert file.read_text() == "disabled = ["


@pytest.mark.parametrize(
    ("allowed", "state"),
    [
        ("toy", "ok"),
        ("seqforge_toy, other", "ok"),
        ("seqforge-toy:toy", "ok"),
        ("other", "not allowed"),
        ("", "not allowed"),
    ],
)
def test_the_allow_list_allows(start, plant, tmp_path, allowed, state):
    path = [plant(tmp_path / "site", "other-thing", {"other": "other_thing"}, {"other_thing.py": ""})]
    listed = start("plugins", "list", "--json", path=path, SEQFORGE_PLUGINS=allowed)
    assert listed.err == ""
    assert states(listed)["seqforge-toy"] == state
    assert states(listed)["other-thing"] == ("ok" if "other" in allowed else "not allowed")
    assert states(listed)["seqforge-core"] == "ok"


def test_what_is_not_on_the_allow_list_says_so(start):
    start("list", "recipes")
    outcome = start("run", "toy", SEQFORGE_PLUGINS="")
    assert (outcome.status, outcome.err) == (
        2,
        "error: recipe 'toy' is of plugin toy of seqforge-toy, which SEQFORGE_PLUGINS does not name; add toy to it\n",
    )


def test_an_unknown_name_on_the_allow_list_is_named(start):
    outcome = start("list", "backends", SEQFORGE_PLUGINS="toy,tyo")
    assert outcome.status == 0
    assert outcome.err.startswith("warning: SEQFORGE_PLUGINS names 'tyo', and there is no such plugin (known: ")


def test_strict_ends_with_all_problems(start, plant, tmp_path):
    for name in ("one", "two"):
        path = [plant(tmp_path / "site", f"{name}-thing", {name: f"{name}_thing"}, {f"{name}_thing.py": "1 / 0\n"})]
    for arguments in (("list", "formats", "--json"), ("--help",), ("plugins", "list"), ("run", "toy")):
        outcome = start("--strict-plugins", *arguments, path=path)
        assert (outcome.status, outcome.out) == (3, "")
        one, two, error = outcome.err.splitlines()
        assert one.startswith("warning: plugin one of one-thing is left out: ZeroDivisionError")
        assert two.startswith("warning: plugin two of two-thing is left out: ZeroDivisionError")
        assert error == "error: 2 problems with plugins, and --strict-plugins allows none; see seqforge plugins doctor"
    assert not (tmp_path / "runs").exists()
    assert start("--strict-plugins", "list", "formats").status == 0
    assert start("list", "formats", path=path).status == 0


def test_strict_waits_for_a_slow_plugin(start, plant, tmp_path):
    source = "import time\ntime.sleep(1.5)\n1 / 0\n"
    path = [plant(tmp_path / "site", "slow-thing", {"slow": "slow_thing"}, {"slow_thing.py": source})]
    outcome = start("--strict-plugins", "list", "formats", path=path)
    assert outcome.status == 3
    assert "ZeroDivisionError" in outcome.err
