"""MIDI ports of this machine, opened in processes of their own.

python-rtmidi holds the interpreter during each of its calls, and some calls wait tens of milliseconds for a JACK
server or a USB device. The engine therefore never calls it: `host` opens ports, `client` is the engine's side.
"""
