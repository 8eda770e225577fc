"""The launcher `local`: calls in processes of their own, of which none outlives whoever made them."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seqforge.errors import RequestError
from seqforge.launchers.children import Children
from seqforge.launching import Call, Launcher

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the ways to kill are those of POSIX")

PARENT = """
import json, sys
from seqforge.launchers.local import LocalLauncher
from seqforge.launching import Call
given = json.loads(sys.argv[1])
calls = [Call(function=f"seqforge_toy.calls:{name}", arguments=arguments) for name, arguments in given]
for answer in LocalLauncher().map(calls, at_once=4):
    print(answer.number, json.dumps(answer.value), answer.failure, flush=True)
"""


@pytest.fixture
def local(registry):
    return registry.find("launchers", "local").build()


def call(name, threads=1, **arguments):
    return Call(function=f"seqforge_toy.calls:{name}", arguments=arguments, threads=threads)


def answers(local, *calls, at_once=2):
    return sorted(local.map(calls, at_once=at_once), key=lambda answer: answer.number)


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition):
    while not condition():
        time.sleep(0.01)


def started(log):
    """The process of a call of `wait`, once it is there."""
    file = log.with_suffix(".pid")
    wait_for(lambda: file.exists() and file.read_text())
    return int(file.read_text())


def parent(toy_path, *calls, **options):
    """A process that makes calls."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background of a shell ignore it
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps(calls)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(toy_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_it_is_registered_as_every_launcher_is(registry, seqforge):
    part = registry.find("launchers", "local")
    assert part.distribution == "seqforge-core"
    launcher: Launcher = part.build()
    assert list(launcher.map([])) == []
    assert "local" in seqforge("list", "launchers").out


def test_calls_are_answered_in_processes_of_their_own(local):
    found = answers(local, call("add", first=1, second=2), call("add", first=[1], second=["ü"]), call("where"))
    assert [(answer.number, answer.value, answer.failure) for answer in found[:2]] == [(0, 3, ""), (1, [1, "ü"], "")]
    folder, pid = found[2].value
    assert pid != os.getpid()
    assert Path(folder) == Path.cwd()


def test_bytes_come_as_bytes(local):
    assert answers(local, call("compress", text="é"))[0].value == "é".encode()


def test_many_calls_go_through_few_processes(local):
    found = answers(local, *(call("add", first=number, second=0) for number in range(9)), at_once=3)
    assert [answer.value for answer in found] == list(range(9))


def test_what_children_print_spoils_nothing(local, capfd):
    assert answers(local, call("chatter"))[0].value == "said"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("threads", [1, 3])
def test_matrix_products_get_as_many_threads_as_the_call_says(local, threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    found = answers(local, *(call("environment", threads=threads, variable=name) for name in names))
    assert [answer.value for answer in found] == [str(threads)] * 2


def test_a_call_that_raises_fails_in_words(local):
    refused, blundered, missing, one_more = answers(
        local, call("refuse"), call("blunder"), call("nothing"), call("add", first=1, second=1)
    )
    assert refused.failure == "there is nothing to read in 'x'; name files"
    assert blundered.failure == "KeyError: 'no such thing'"
    assert missing.failure.startswith("AttributeError: ")
    assert one_more.value == 2


def test_a_call_whose_process_is_lost_is_made_again_but_not_for_ever(local, tmp_path):
    logs = [tmp_path / name for name in ("twice", "always")]
    found = answers(local, call("die", log=str(logs[0]), times=2), call("die", log=str(logs[1]), times=100))
    assert (found[0].value, found[0].failure) == (3, "")
    assert found[1].failure.startswith("its process was lost 3 times, at last by a kill (signal 9)")
    assert len(logs[1].read_text()) == 3


def test_closing_ends_what_is_at_work_once_it_was_asked_to(local, tmp_path):
    log = tmp_path / "log"
    calls = local.map([call("add", first=1, second=1), call("wait", log=str(log))], at_once=2)
    assert next(calls).value == 2
    pid = started(log)
    calls.close()
    assert log.read_text() == "asked to end"
    assert not is_alive(pid)


def test_a_child_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("seqforge.launchers.children.SECONDS_TO_SAVE", 0)
    children, log = Children(), tmp_path / "log"
    with ThreadPoolExecutor(1) as pool:
        pool.submit(children.answer, 0, call("wait", log=str(log), deaf=True))
        pid = started(log)
        children.close()
    assert not is_alive(pid)


@pytest.mark.parametrize("whole_group", [False, True])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_outlives_a_parent_that_is_killed(tmp_path, toy_path, number, whole_group):
    logs = [tmp_path / "first", tmp_path / "second"]
    process = parent(toy_path, *(("wait", {"log": str(log)}) for log in logs), start_new_session=True)
    pids = [started(log) for log in logs]
    (os.killpg if whole_group else os.kill)(process.pid, number)
    process.communicate(timeout=60)
    wait_for(lambda: not any(map(is_alive, pids)))
    assert [log.read_text() for log in logs] == ["asked to end"] * 2, "they had the time to save their work"


def test_ctrl_c_in_the_parent_ends_the_children_once(tmp_path, toy_path):
    log = tmp_path / "log"
    process = parent(toy_path, ("wait", {"log": str(log)}), start_new_session=True)
    pid = started(log)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in err
    assert log.read_text() == "asked to end"
    assert not is_alive(pid)


def test_a_run_of_one_worker_is_a_call_in_this_process(local):
    reports = []
    local.run(call("report_back", values=[1, 2]), workers=1, rendezvous="", on_report=reports.append)
    assert reports == [{"rank": 0, "of": 1, "attempt": 0, "value": value} for value in (1, 2)]


def test_more_workers_are_refused_with_what_can_have_them(local, site, monkeypatch):
    with pytest.raises(
        RequestError, match=r"^launcher 'local' has one worker, and 2 were asked for; install a launcher"
    ):
        local.run(call("report_back", values=[]), workers=2, rendezvous="torch", on_report=print)
    source = (
        "from seqforge import LauncherSpec, hookimpl\n"
        "@hookimpl\ndef seqforge_register_launchers():\n"
        "    return [LauncherSpec(name='fleet', target='fleet:Fleet', summary='many', rendezvous=('torch',))]\n"
    )
    monkeypatch.syspath_prepend(site(source))
    with pytest.raises(RequestError, match=r"type --launcher fleet"):
        local.run(call("report_back", values=[]), workers=2, rendezvous="torch", on_report=print)
