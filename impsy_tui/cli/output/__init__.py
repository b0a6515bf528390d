"""Output of the shell commands: escaped text, progress of workers, lines that never block the engine."""
