import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from torch import distributed

from seqforge import LSTM, BackendOptions, Distributable, Distributed, ModelSpec, RequestError
from seqforge.testing import assert_trained_as_one, train_jointly
from seqforge_torch.backend import TorchBackend

WORKER = Path(__file__).with_name("worker.py")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def train(workers, folder):
    """What each of so many processes came to, and the bytes of it."""
    port = free_port()
    files = [folder / f"{rank}.safetensors" for rank in range(workers)]
    processes = [
        subprocess.Popen([sys.executable, WORKER, str(rank), str(workers), str(port), file])
        for rank, file in enumerate(files)
    ]
    try:
        assert [process.wait(300) for process in processes] == [0] * workers
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [load_file(file) for file in files], [file.read_bytes() for file in files]


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    return train(2, tmp_path_factory.mktemp("two"))


def test_two_workers_train_as_one_does(two_workers):
    assert_trained_as_one(two_workers[0], train_jointly(TorchBackend()))


def test_three_workers_train_as_one_does(tmp_path):
    assert_trained_as_one(train(3, tmp_path)[0], train_jointly(TorchBackend()))


def test_a_second_time_gives_the_same_bits(two_workers, tmp_path):
    assert train(2, tmp_path)[1] == two_workers[1]


def test_one_worker_has_nobody_to_sum_with():
    backend = TorchBackend()
    assert isinstance(backend, Distributable)
    assert backend.rendezvous(BackendOptions(workers=2)) == "torch"
    assert not isinstance(build(workers=1), Distributed)


def test_several_workers_need_a_process_group():
    with pytest.raises(RequestError, match=r"a model of 2 workers, but .* not initialized; .* launcher"):
        build(workers=2)


def test_a_worker_has_its_place_in_the_group(tmp_path):
    distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1)
    try:
        with pytest.raises(RequestError, match="worker 0 of 2 is number 0 of 1 in PyTorch's process group"):
            build(workers=2)
    finally:
        distributed.destroy_process_group()


def build(workers):
    options = {option.name: option.default for option in LSTM().options}
    spec = ModelSpec(architecture="lstm", vocabulary_size=5, context_fields=(), options=options)
    weights = LSTM().initial_weights(spec, np.random.default_rng(1))
    return TorchBackend().build(spec, weights, BackendOptions(workers=workers))
