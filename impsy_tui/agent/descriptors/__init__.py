"""Sound descriptors: 55 values per frame, equal offline and live."""
