"""scicities: a graph-database toolkit for the networks of science."""
