"""Full-screen console: displays what the engine reports and keeps no state of its own."""
