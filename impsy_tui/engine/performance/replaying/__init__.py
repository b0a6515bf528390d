"""Replay of recorded performances, and of the last input."""
