"""Ensemble of touch-screen players (Gesture-RNN): gestures, clips, scores, and the network that leads them."""
