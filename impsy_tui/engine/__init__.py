"""The real-time process: it listens, lets the player answer, keeps time, and writes everything down."""
