"""The console: a full-screen instrument panel. It shows what the engine reports and keeps no truth of its own."""
