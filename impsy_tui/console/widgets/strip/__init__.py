"""Status strip: mode, turn, cue, parameters and state, each in a fixed place."""
