"""Touches, the gestures they make, and what an ensemble does with gestures: numpy alone."""
