"""Workers that exchange logs with other programs: MIDI files and tables."""
