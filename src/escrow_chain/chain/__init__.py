"""A node, seen from Python: a typed client for the contract, its events and errors, deployments. No Django."""
