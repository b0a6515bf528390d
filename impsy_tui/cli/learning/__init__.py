"""Shell commands that train, evaluate and convert models."""
