"""Many runs of one request: the cells of a grid, or the trials of a search."""
