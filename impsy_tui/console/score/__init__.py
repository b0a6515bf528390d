"""Score page: a set list that is edited and run while it sounds."""
