"""The table of commands, in parts that fit a screen."""
