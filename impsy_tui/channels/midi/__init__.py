"""Vectors as MIDI messages."""
