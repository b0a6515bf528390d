"""Performances: logs, datasets, synthetic performances. NumPy only."""
