"""Knitting stitch patterns for seqforge, read from CSV files."""
