"""Keras 3 backend for seqforge."""
