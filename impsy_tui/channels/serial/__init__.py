"""Vectors over a serial port: lines of numbers or MIDI."""
