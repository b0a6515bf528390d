"""Touches on a surface: events, files, features, pitches."""
