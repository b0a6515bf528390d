"""Simulated performers."""
