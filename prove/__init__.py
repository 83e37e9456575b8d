"""What the contracts are held to, beyond the tests: analysers, proofs, long random runs. `make prove` runs it all."""
