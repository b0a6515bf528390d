"""Shell commands ``service``: the engine as a service of systemd."""
