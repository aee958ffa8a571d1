"""Flows of researchers between places: matrices, indicators, groups, rates."""
