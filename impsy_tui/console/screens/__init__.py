"""Screens with their widgets and their requests to the engine."""
