"""Command handlers: one module a concern."""
