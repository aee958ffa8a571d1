"""Tables, charts and files for people."""
