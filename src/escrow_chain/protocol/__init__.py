"""What the contracts say, in Python: terms, ids, proofs, messages, refusals and an executable model. Pure."""
