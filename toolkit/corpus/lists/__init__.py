"""Lists of the user's own that are laid over the records: journals, institutions, subjects, indicators of places.

A list is an input like any other: staged once, and laid over the tables each time they are put together, so it also
holds for records that come later. Rows that match nothing are listed, never guessed at.
"""
