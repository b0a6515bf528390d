"""Synthetic touches and gesture scores."""
