"""Who works with whom: scores, partnerships, types of collaboration, and the questions about them."""
