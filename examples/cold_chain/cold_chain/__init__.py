"""A term type of one's own, as an example."""
