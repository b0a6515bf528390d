"""The wire between the engine and everybody else: messages, where the socket is, and clients."""
