"""Runs of seqforge in TensorBoard."""
