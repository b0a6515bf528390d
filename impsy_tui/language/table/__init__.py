"""Command table: one module a concern."""
