import importlib.util
import json
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from seqforge import LSTM, BackendOptions, Distributable, Distributed, ModelSpec, RequestError
from seqforge.testing import assert_trained_as_one, train_jointly
from seqforge_keras.backend import KerasBackend
from seqforge_keras.engine import ENGINES

WORKER = Path(__file__).with_name("worker.py")


def free_addresses(count):
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]


def train(engine, workers, folder):
    """What each of so many processes came to, and the bytes of it."""
    addresses = free_addresses(workers)
    files = [folder / f"{rank}.safetensors" for rank in range(workers)]
    processes = [
        subprocess.Popen([sys.executable, WORKER, engine, str(rank), file, *addresses])
        for rank, file in enumerate(files)
    ]
    try:
        assert [process.wait(600) for process in processes] == [0] * workers
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [load_file(file) for file in files], [file.read_bytes() for file in files]


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    return train("tensorflow", 2, tmp_path_factory.mktemp("two"))


def test_two_workers_train_as_one_does(two_workers):
    assert_trained_as_one(two_workers[0], train_jointly(KerasBackend(), extra={"engine": "tensorflow"}))


def test_started_again_at_other_addresses_they_give_the_same_bits(two_workers, tmp_path):
    assert train("tensorflow", 2, tmp_path)[1] == two_workers[1]


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")
def test_two_workers_train_as_one_does_on_torch(tmp_path):
    alone = train("torch", 1, tmp_path)[0][0]
    assert_trained_as_one(train("torch", 2, tmp_path)[0], alone)


def test_the_engine_decides_how_workers_meet():
    backend = KerasBackend()
    assert isinstance(backend, Distributable)
    options = [BackendOptions(workers=2, extra={"engine": engine}) for engine in ENGINES]
    assert [backend.rendezvous(each) for each in options] == ["tensorflow", "torch", ""]


def test_one_worker_has_nobody_to_sum_with():
    assert not isinstance(build(workers=1), Distributed)


def test_several_workers_need_a_rendezvous(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(RequestError, match="a model of 2 workers, but TF_CONFIG is not set"):
        build(workers=2)
    task = {"type": "worker", "index": 1}
    monkeypatch.setenv("TF_CONFIG", json.dumps({"cluster": {"worker": ["here:1", "there:1"]}, "task": task}))
    with pytest.raises(RequestError, match="worker 0 of 2 is number 1 of 2 at the rendezvous 'tensorflow'"):
        build(workers=2)


def build(workers):
    options = {option.name: option.default for option in LSTM().options}
    spec = ModelSpec(architecture="lstm", vocabulary_size=5, context_fields=(), options=options)
    weights = LSTM().initial_weights(spec, np.random.default_rng(1))
    return KerasBackend().build(spec, weights, BackendOptions(workers=workers, extra={"engine": "tensorflow"}))
