"""Work outside the engine: separate processes at low priority, started, watched and stopped."""
