"""Screens: which widgets they hold and what they ask of the engine."""
