"""Training of the ensemble network."""
