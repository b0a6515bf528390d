"""Real-time process: channels, players, scheduler, performance log and control server."""
