"""Graphs of edge tables: hubs and communities, fast engines behind one function each."""
