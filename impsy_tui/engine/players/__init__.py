"""Players of a session and their behaviours."""
