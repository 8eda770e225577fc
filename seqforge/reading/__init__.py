"""Reading files of others: in processes with limits, each file once, its pieces kept in a cache."""
