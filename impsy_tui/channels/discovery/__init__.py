"""Announcement of the engine in the network, so that controllers find it."""
