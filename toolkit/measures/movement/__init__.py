"""Movement of researchers: careers seen through the places they publish from, under three rules."""
