"""Commented configuration of ``impsy-tui init``, made from the schema."""

from dataclasses import MISSING, fields
from typing import Any

from impsy_tui.config.channel_schema import Osc
from impsy_tui.config.schema import Config, Interaction, Model
from impsy_tui.config.toml_text import shown
from impsy_tui.parameters import MODE, THRESHOLD

_HEAD = """\
# Configuration of impsy-tui. Each setting is shown with its default; a line that begins with #
# is a comment. Files of every IMPSY version work as they are.
"""


def config_template(model_file: str) -> str:
    """Returns a configuration for OSC that plays at once.

    Args:
        model_file: value of ``[model] file``.
    """
    lines = [_HEAD]
    lines += _settings(Config, {"title": "My instrument"})
    for name, kind, chosen in (
        ("interaction", Interaction, {MODE.name: MODE.default, THRESHOLD.name: 1.0}),
        ("model", Model, {"file": model_file}),
        ("osc", Osc, {"server_port": 6000, "client_port": 6001}),
    ):
        lines += ["", f"[{name}]", *_settings(kind, chosen)]
    return "\n".join(lines) + "\n"


def _settings(kind: type, chosen: dict[str, Any]) -> list[str]:
    lines = []
    for setting in fields(kind):
        if not setting.metadata or setting.default is MISSING:  # a separate table
            continue
        default = setting.default
        value = chosen.get(setting.name, default)
        mark = "" if setting.name in chosen else "# "
        # TOML cannot hold a default that means "not given".
        text = "9" if setting.name == "dimension" else shown(value)
        lines.append(f"{mark}{setting.name} = {text}  # {setting.metadata['help']}")
    return lines
