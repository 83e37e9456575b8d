"""Measurements: what the contract costs and how fast the judge is. `make bench` runs them all."""
