"""From a verdict to the chain: what a deal is made of, whose word counts, and how it gets there."""
