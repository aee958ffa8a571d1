"""Analyses of networks: of a workspace, of its graph in Neo4j, or of a network of the user's.

Each takes its network from one of them, asks the room of networks, and gives a frame with the record of how it came
about.
"""
