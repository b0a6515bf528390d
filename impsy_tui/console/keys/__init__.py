"""Keys and their actions."""
