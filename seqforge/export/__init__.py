"""Models in formats of others, for programs without seqforge."""
