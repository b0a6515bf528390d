"""Control socket: queries, snapshots, settings, rig check."""
