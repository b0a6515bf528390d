"""Models and other files of the user."""
