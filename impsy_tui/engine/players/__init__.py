"""Players of a session: what they hear, when they play, where they are heard."""
