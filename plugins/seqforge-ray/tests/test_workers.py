"""Several workers of one run, by functions that do little."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from seqforge import Call, RequestError, SeqforgeError, UnknownName
from seqforge_ray.failures import failure, raised


def run(launcher, function, workers=2, rendezvous="torch", threads=1, **arguments):
    """The reports of the first worker."""
    reports = []
    call = Call(function=f"work:{function}", arguments=arguments, threads=threads)
    launcher.run(call, workers=workers, rendezvous=rendezvous, on_report=reports.append)
    return reports


def test_workers_meet_and_the_first_one_is_heard_in_order(launcher, capfd):
    first, *numbers = run(launcher, "sum_ranks")
    assert first == {"sum": 3.0, "workers": 2, "threads": "1"}
    assert numbers == [{"number": number} for number in range(100)]
    assert capfd.readouterr() == ("", "")


def test_a_lost_worker_makes_all_begin_again(launcher, tmp_path, capfd):
    reports = run(launcher, "lose_a_worker", folder=str(tmp_path))
    assert [report["saved"] for report in reports] == [1, 2, 3, 4, 5, 6]
    assert {report["saved"]: report["attempt"] for report in reports}.items() >= {(1, 0), (6, 1)}
    assert capfd.readouterr() == ("", "")


def test_an_error_of_seqforge_ends_all_and_keeps_its_type(launcher):
    with pytest.raises(UnknownName, match=r"^unknown key 'data\.sorce'; did you mean 'data\.source'"):
        run(launcher, "find_nothing")


def test_a_bug_is_tried_three_times(launcher, tmp_path):
    with pytest.raises(SeqforgeError, match=r"failed 3 times in a row .*; the last time: worker 0: ValueError: a bug"):
        run(launcher, "always_wrong", workers=1, rendezvous="", folder=str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["attempt-0", "attempt-1", "attempt-2"]


def test_one_worker_needs_no_framework(launcher):
    (report,) = run(launcher, "alone", workers=1, rendezvous="")
    assert report == {"workers": 1, "frameworks": [], "working folder": str(Path.cwd())}


@pytest.mark.parametrize(
    ("workers", "threads", "asked"), [(3, 1, "3 workers of 1 thread"), (1, 3, "1 worker of 3 threads")]
)
def test_more_than_the_machine_has_is_refused(launcher, workers, threads, asked):
    with pytest.raises(RequestError, match=f"no room for {asked} each: it has 2 CPUs"):
        run(launcher, "alone", workers=workers, threads=threads)


def test_ctrl_c_ends_the_workers(launcher, tmp_path):
    pressed = threading.Event()

    def press(report):
        pressed.set()
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    call = Call(function="work:wait_for_ever", arguments={"folder": str(tmp_path)})
    try:
        with pytest.raises(KeyboardInterrupt):
            launcher.run(call, workers=1, rendezvous="", on_report=press)
    finally:
        signal.signal(signal.SIGINT, before)
    assert pressed.is_set()
    assert has_ended(int((tmp_path / "process").read_text()))


def has_ended(process, seconds=30):
    """Whether it is gone, or soon."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_an_error_of_an_unknown_type_arrives_nevertheless():
    assert type(raised(("no_such_plugin:Error", "a message"))) is SeqforgeError
    assert type(raised(("os:system", "a message"))) is SeqforgeError
    assert str(raised(failure(UnknownName("key", "a", ["b"])))) == "unknown key 'a' (known: b)"
