"""Fuzzing of every parser of untrusted bytes: what it is, how it is run and what it found stands in docs/fuzzing.md."""
