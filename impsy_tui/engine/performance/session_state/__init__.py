"""Saved session: captured, written, resumed."""
