"""Interpreter, check in a separate process and metadata of model files of every kind."""
