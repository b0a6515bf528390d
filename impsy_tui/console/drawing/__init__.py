"""Drawing to the terminal: cells, lines, layout, frames."""
