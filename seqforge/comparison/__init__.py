"""Finished runs side by side: what differs, which one predicts better and by how much, and what it cost."""
