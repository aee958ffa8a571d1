"""Ready-made flows and networks: made elsewhere, kept under a name beside the records."""
