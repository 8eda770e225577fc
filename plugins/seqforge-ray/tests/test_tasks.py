"""Independent calls."""

import subprocess
import sys
import time

import pytest
from commands import environment

from seqforge import Answer, Call, RequestError


def calls(function, *arguments):
    return [Call(function=f"work:{function}", arguments=each) for each in arguments]


def by_number(answers):
    return sorted(answers, key=lambda answer: answer.number)


def test_each_call_is_answered_whatever_others_do(launcher, tmp_path, capfd):
    asked = [
        *calls("square", {"number": 2}, {"number": 3}),
        *calls("fail", {"message": "an empty file"}),
        *calls("break_down", {}),
        *calls("raw", {"size": 3}),
        *calls("killed_once", {"folder": str(tmp_path)}),
        Call(function="work:no_such_function", arguments={}),
    ]
    assert by_number(launcher.map(asked))[:-1] == [
        Answer(number=0, value=4),
        Answer(number=1, value=9),
        Answer(number=2, failure="an empty file"),
        Answer(number=3, failure="ZeroDivisionError: a bug"),
        Answer(number=4, value=b"\0\0\0"),
        Answer(number=5, value="called again"),
    ]
    assert capfd.readouterr() == ("", "")


def test_no_calls_need_no_ray():
    from seqforge_ray.launcher import RayLauncher

    assert list(RayLauncher(address="nowhere:1").map([])) == []


def test_closing_ends_what_is_at_work(launcher, tmp_path):
    from test_workers import has_ended

    asked = [
        *calls("square", {"number": 2}),
        *calls("wait", *({"folder": str(tmp_path), "number": n} for n in range(3))),
    ]
    answers = launcher.map(asked, at_once=2)
    assert next(answers) == Answer(number=0, value=4)
    while not list(tmp_path.iterdir()):
        time.sleep(0.1)
    answers.close()
    processes = [int(path.name.rpartition("-")[2]) for path in tmp_path.iterdir()]
    assert all(has_ended(process) for process in processes)


def test_a_call_for_more_threads_than_a_cluster_has_is_not_waited_for_for_ever(cluster):
    code = (
        "from seqforge import Call; from seqforge_ray.launcher import RayLauncher;"
        f"launcher = RayLauncher(address='{cluster.address}', wait_seconds=1);"
        "list(launcher.map([Call(function='os:getpid', arguments={}, threads=3)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment())
    assert "RequestError: Ray has no room for 1 worker of 3 threads each: it has 2 CPUs" in done.stderr


def test_a_call_for_more_threads_than_a_machine_has_is_refused(launcher):
    with pytest.raises(RequestError, match="no room for 1 worker of 3 threads each"):
        list(launcher.map([Call(function="work:square", arguments={"number": 1}, threads=3)]))
