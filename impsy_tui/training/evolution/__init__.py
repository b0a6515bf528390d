"""Training of a small network in NumPy: in little memory, next to a performance."""
