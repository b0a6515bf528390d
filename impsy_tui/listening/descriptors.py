"""What is described of a frame of sound: the 55 descriptors in their order."""

from impsy_tui.listening.names import CATEGORIES, NAMES, places

__all__ = ["CATEGORIES", "NAMES", "places"]
