"""Workers that train, evaluate and convert models."""
