"""One module per row; each has ``NAME``, ``SIZES`` and ``comparisons(size, stack, scratch)``."""
