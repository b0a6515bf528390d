"""Ableton Link: the beat shared with other programs of the network."""
