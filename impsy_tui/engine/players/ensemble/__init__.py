"""Ensemble as a player of the session."""
