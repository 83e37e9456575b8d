"""Holds money on chain until off-chain facts are proven."""
