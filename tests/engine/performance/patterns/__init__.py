"""Tests of patterns that play."""
