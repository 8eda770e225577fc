"""One of several workers: `python worker.py ENGINE RANK FILE ADDRESS...` trains, and writes what came of it.

The addresses are those of all workers, of which the first one's is what PyTorch needs.
"""

import json
import os
import sys

from safetensors.numpy import save_file

from seqforge.testing import train_jointly
from seqforge_keras.backend import KerasBackend

if __name__ == "__main__":
    engine, rank, file, *addresses = sys.argv[1:]
    if engine == "torch":
        from torch import distributed

        distributed.init_process_group(
            "gloo", init_method=f"tcp://{addresses[0]}", rank=int(rank), world_size=len(addresses)
        )
    else:
        task = {"type": "worker", "index": int(rank)}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": addresses}, "task": task})
    backend, extra = KerasBackend(), {"engine": engine}
    save_file(train_jointly(backend, workers=len(addresses), rank=int(rank), extra=extra), file)
