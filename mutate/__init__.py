"""Mutation testing of the contracts: each small fault that is planted must be caught by a Solidity test.

`make mutate` runs it. It may take hours, can be stopped at any time, and goes on from there.
"""
