"""Eta sampling for seqforge."""
