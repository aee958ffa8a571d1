"""Trials that try to lose, double or corrupt records, to make a command crash, or to get past its guards.

``make torture`` runs all of them at full length and writes docs/reliability.md; ``test_slices.py`` runs a short slice
of each with the suite.
"""
