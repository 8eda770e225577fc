"""File formats that lead sheets are written to."""
