"""How articles are counted: parts of an article, levels of units, pairs, and the Share that is made of them."""
