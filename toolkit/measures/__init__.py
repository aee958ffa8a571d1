"""Share, collaboration score, partnerships, ranks: one Ibis expression each, no engine named in a formula."""
