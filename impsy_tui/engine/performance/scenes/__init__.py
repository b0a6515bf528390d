"""Scenes: all parameters at one moment, under a name."""
