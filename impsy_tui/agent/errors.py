"""Hearing: what is described of a sound, synths and tables of what they sound like, recordings as descriptors."""
