"""Sound of a microphone or a line input, for agents."""
