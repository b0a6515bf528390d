"""Live set of a session: scheduled commands, ramps, scenes, undo, cues, recording, replay."""
