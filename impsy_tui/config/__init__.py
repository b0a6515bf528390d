"""Configuration: its schema, the source of each value, and every mistake by file, line and key."""

from impsy_tui.config.channel_schema import Audio, Demo, Midi, Osc, Serial, SerialMidi, WebSocket
from impsy_tui.config.load import LoadedConfig, load_config
from impsy_tui.config.schema import Config, WebUi

__all__ = [
    "Audio",
    "Config",
    "Demo",
    "LoadedConfig",
    "Midi",
    "Osc",
    "Serial",
    "SerialMidi",
    "WebSocket",
    "WebUi",
    "load_config",
]
