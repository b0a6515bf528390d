"""Protocol between the engine and its clients: messages, socket, clients."""
