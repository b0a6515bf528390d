"""Planned and kept state of a set: schedules, ramps, scenes, undo, cues, recordings."""
