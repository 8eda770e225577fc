"""seqforge on Ray: one run on many workers, many runs on many machines."""
