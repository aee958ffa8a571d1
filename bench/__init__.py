"""Ratios against named rivals, measured in one run and written to docs/bench.md: ``python -m bench``."""
