"""Readers that turn files into lead sheets."""
