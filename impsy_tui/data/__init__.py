"""Performances: logs, datasets and synthetic performances, in NumPy."""
