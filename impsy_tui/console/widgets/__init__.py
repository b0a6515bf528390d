"""Widgets: one module each; none knows another's data."""
