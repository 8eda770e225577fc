"""A launcher of plain processes, and a backend whose models can be trained by several of them."""
