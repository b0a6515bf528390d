"""Vectors and touches to and from browsers, over WebSocket."""
