"""The contract and its model, driven side by side by the same random actions: they must agree in everything."""
