"""Tests of the protocol layer, one module for each of its modules."""
