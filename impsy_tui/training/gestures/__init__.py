"""Training of the gesture classifier."""
