"""Runs of seqforge in MLflow."""
