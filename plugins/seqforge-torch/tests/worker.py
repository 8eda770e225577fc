"""One of several workers: `python worker.py RANK WORKERS PORT FILE` trains, and writes what came of it."""

import sys

from safetensors.numpy import save_file
from torch import distributed

from seqforge.testing import train_jointly
from seqforge_torch.backend import TorchBackend

if __name__ == "__main__":
    rank, workers, port = (int(argument) for argument in sys.argv[1:4])
    distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=workers)
    save_file(train_jointly(TorchBackend(), workers=workers, rank=rank), sys.argv[4])
    distributed.destroy_process_group()
