"""What places and institutions produce: ranks, subjects, lists, ratios, and the questions about them."""
