"""Text for seqforge: files as characters, from a codec to recipes."""
