"""Sound descriptors: 55 numbers a frame, the same offline and live."""
