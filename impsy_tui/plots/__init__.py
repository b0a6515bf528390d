"""Plots of logs, datasets, models and look-up tables, in a terminal or as a picture."""
