"""What `seqforge plugins new` writes: packages to start from, as files in `templates`, and how they are filled in."""
