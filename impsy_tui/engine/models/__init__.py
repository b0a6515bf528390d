"""Models and files of the user: found, loaded, swapped, deleted."""
