"""Widgets: one module each; no widget reads the data of another one."""
