"""Parts that every kind of model file shares: interpreter, checks in a separate process, metadata."""
