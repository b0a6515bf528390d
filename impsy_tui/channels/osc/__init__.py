"""Vectors as OSC messages over UDP."""
