"""What is on the screens: one file a widget; each knows its data and nothing of the others."""
