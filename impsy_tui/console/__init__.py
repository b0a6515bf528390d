"""Full-screen console: displays the reports of the engine and has no other state."""
