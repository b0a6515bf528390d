"""A terminal performance console for intelligent instruments."""

__version__ = "0.1.0"
