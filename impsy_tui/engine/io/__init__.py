"""Outputs, bindings and learned controls."""
