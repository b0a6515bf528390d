"""Execution of command lines."""
