"""Imported flows and networks, stored under their names apart from the records."""
