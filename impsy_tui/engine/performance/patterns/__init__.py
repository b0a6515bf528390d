"""Patterns that play: their cycles, their targets and their steps."""
