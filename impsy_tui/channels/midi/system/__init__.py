"""MIDI ports of this machine, each opened in a separate process."""
