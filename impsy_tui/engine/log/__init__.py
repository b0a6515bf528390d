"""Performance log and the process that writes it."""
