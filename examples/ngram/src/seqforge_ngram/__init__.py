"""N-grams for seqforge, with Kneser-Ney smoothing."""
