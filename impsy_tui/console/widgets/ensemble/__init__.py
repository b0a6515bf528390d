"""View of an ensemble: gestures, measures, and a map of its touches."""
