"""PyTorch backend for seqforge."""
