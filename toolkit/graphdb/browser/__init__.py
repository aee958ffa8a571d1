"""What Neo4j Browser is given: a style, marks it can be applied to, saved queries and a guide."""
