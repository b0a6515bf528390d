"""Players of a session, and their changes while they play."""
