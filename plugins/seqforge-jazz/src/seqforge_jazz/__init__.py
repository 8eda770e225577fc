"""Jazz for seqforge: chords, charts, forms, lead sheets and what reads, writes and composes them."""
