"""`python -m seqforge`."""

from seqforge.entry import main

main()
