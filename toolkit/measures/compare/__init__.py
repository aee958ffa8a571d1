"""Two workspaces side by side: what changed, and by what."""
