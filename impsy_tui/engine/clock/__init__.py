"""Musical time: tempo, beats, grid, MIDI clock."""
