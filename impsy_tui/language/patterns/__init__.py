"""Patterns: a notation for values in cycles, after that of TidalCycles."""
