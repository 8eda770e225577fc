"""The core's training loop: the same for every backend."""
