"""A GRU for seqforge, in PyTorch."""
