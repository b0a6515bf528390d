"""Hearing: what is described of a sound, synths and tables of what they sound like, recordings as descriptors."""


class ListeningProblem(Exception):
    """A table, recording or synth that cannot be used; the message says why."""
