"""The configuration: its schema, where each value came from, and every mistake by file, line and key."""

from impsy_tui.config.load import LoadedConfig, load_config
from impsy_tui.config.problems import Problem
from impsy_tui.config.schema import Audio, Config, Demo, Interaction, Midi, Model, Osc, Serial, SerialMidi, WebSocket

__all__ = [
    "Audio",
    "Config",
    "Demo",
    "Interaction",
    "LoadedConfig",
    "Midi",
    "Model",
    "Osc",
    "Problem",
    "Serial",
    "SerialMidi",
    "WebSocket",
    "load_config",
]
