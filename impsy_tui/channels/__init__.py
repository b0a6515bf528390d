"""Inputs and outputs of the engine: one package a transport, all behind the Channel protocol."""
