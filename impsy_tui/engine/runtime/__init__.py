"""Event loop, scheduler, priority, and short-lived processes."""
