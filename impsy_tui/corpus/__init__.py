"""Performances: made up, recorded and collected. NumPy only."""
