"""Neo4j: connection, query library, loading, projection, write-back, the managed local server."""
