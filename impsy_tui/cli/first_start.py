"""First start in a folder without a configuration: demo, guide, or OSC."""

import sys
from pathlib import Path
from typing import Final

from impsy_tui.cli.example_files import config_file, find_shipped
from impsy_tui.cli.init import answer, init
from impsy_tui.setup_questions import Question

_QUESTION: Final = Question(
    "This folder has no config.toml. Begin with",
    {
        "demo": "the demo: a simulated musician and a shipped model",
        "guide": "the guide: questions about your devices, and a config.toml for them",
        "osc": "OSC: send /interface with 8 numbers from 0 to 1 to UDP 6000",
    },
)


def first_configuration(named: Path | None) -> Path:
    """Returns the configuration to play: the named one, that of this folder, or one that the performer chooses."""
    if named is not None or Path("config.toml").exists() or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return config_file(named)
    chosen = answer(_QUESTION)
    if chosen == "guide":
        init(guide=True)
        return config_file(None)
    return find_shipped(Path(chosen), "", ".toml") or config_file(None)
