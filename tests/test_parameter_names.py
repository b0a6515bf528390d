"""A parameter is named in the registry, in the player that implements it and in the pane that draws it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from impsy_tui.parameters import PARAMETERS

NAMES: Final = PARAMETERS.keys() - {"ensemble"}
"""Names of parameters; "ensemble" is also a kind of player."""
PACKAGE: Final = Path(__file__).parents[1] / "impsy_tui"
IMPLEMENTED_OR_DRAWN: Final[dict[str, tuple[str, ...]]] = {
    "activity": ("engine/players/ensemble/followers.py",),
    "aim": (
        "console/widgets/agent.py",
        "engine/players/agent.py",
    ),
    "blend": ("engine/players/mdrnn.py",),
    "budget": (
        "console/widgets/agent.py",
        "engine/players/agent.py",
    ),
    "clips": ("engine/players/ensemble/followers.py",),
    "clock in": ("engine/players/engine_parameters.py",),
    "clock link": ("engine/players/engine_parameters.py",),
    "clock out": ("engine/players/engine_parameters.py",),
    "clock transport": ("engine/players/engine_parameters.py",),
    "every": ("engine/players/agent.py",),
    "given": (
        "console/widgets/meters.py",
        "engine/players/dimension_shaping.py",
    ),
    "given dt": ("engine/players/mdrnn.py",),
    "hand over": ("engine/players/engine_parameters.py",),
    "hear": ("engine/players/agent.py",),
    "highest": ("engine/players/ensemble/followers.py",),
    "lead_stops": ("engine/players/ensemble/followers.py",),
    "lowest": ("engine/players/ensemble/followers.py",),
    "max_response": ("engine/players/mdrnn.py",),
    "mode": (
        "console/widgets/footer.py",
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
        "engine/players/mdrnn.py",
    ),
    "quantise": ("engine/players/engine_parameters.py",),
    "range": (
        "console/widgets/meters.py",
        "engine/players/dimension_shaping.py",
    ),
    "rest": ("engine/players/agent.py",),
    "scale": ("engine/players/ensemble/followers.py",),
    "sigma": (
        "console/widgets/footer.py",
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
        "engine/players/mdrnn.py",
    ),
    "smooth": ("engine/players/agent.py",),
    "solo": (
        "console/widgets/meters.py",
        "engine/players/dimension_shaping.py",
    ),
    "speed": (
        "console/widgets/footer.py",
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
    ),
    "steer": ("engine/players/agent.py",),
    "swing": ("engine/players/engine_parameters.py",),
    "temp": (
        "console/widgets/footer.py",
        "console/widgets/stage.py",
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
        "engine/players/ensemble/followers.py",
        "engine/players/mdrnn.py",
    ),
    "tempo": (
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
        "engine/players/engine_parameters.py",
    ),
    "threshold": (
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
        "engine/players/mdrnn.py",
        "engine/players/session.py",
    ),
    "thru": (
        "console/widgets/footer.py",
        "console/widgets/strip/fields.py",
        "console/widgets/strip/status_strip.py",
        "engine/players/engine_parameters.py",
        "engine/players/session.py",
    ),
    "timescale": (
        "console/widgets/strip/fields.py",
        "engine/players/mdrnn.py",
    ),
}
"""Files that name a parameter. This list may only become shorter."""

OTHER_MEANINGS: Final[dict[str, tuple[str, ...]]] = {
    "budget": (
        "engine/commands/handlers/jobs.py",
        "language/table/files.py",
    ),
    "classifier": (
        "cli/set_list_check.py",
        "console/screens/perform.py",
        "engine/models/ensemble_loader.py",
    ),
    "clips": ("training/gestures/demo.py",),
    "every": (
        "engine/commands/handlers/jobs.py",
        "engine/commands/handlers/scheduling.py",
        "engine/performance/session_state/pending_lines.py",
        "language/grammar.py",
        "language/program.py",
        "language/patterns/reader.py",
        "language/table/files.py",
        "language/table/scheduling.py",
    ),
    "hear": (
        "language/table/files.py",
        "training/ensemble/network.py",
    ),
    "highest": ("config/mapping_targets.py",),
    "hold": (
        "agent/policy.py",
        "workers/agent/evaluate_agent.py",
    ),
    "lowest": ("config/mapping_targets.py",),
    "mute": (
        "console/score/keys.py",
        "console/score/page.py",
    ),
    "quantise": ("language/patterns/reader.py",),
    "range": (
        "channels/osc/channel.py",
        "channels/serial/lines.py",
        "language/patterns/reader.py",
    ),
    "rest": (
        "choices.py",
        "engine/players/ensemble/followers.py",
    ),
    "solo": (
        "console/score/keys.py",
        "console/score/page.py",
    ),
    "speed": ("language/table/scheduling.py",),
    "tempo": ("cli/output/status_json.py",),
    "smooth": ("language/patterns/reader.py",),
    "threshold": ("ensemble/classifier.py",),
}
"""Files in which the word is something else, such as a job or a kind of gesture."""


def _names(file: Path) -> Iterator[str]:
    """Yields the parameters that a file names: whole strings, and attributes of settings."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(name)) if name in NAMES:
                yield name
            case ast.Attribute(attr=name, value=ast.Attribute(attr="settings") | ast.Name(id="settings")):
                yield from [name] if name in NAMES else []


def test_parameter_names_stand_in_the_listed_files_only() -> None:
    found: dict[str, set[str]] = {}
    for file in PACKAGE.rglob("*.py"):
        if file.parent != PACKAGE / "parameters":
            for name in _names(file):
                found.setdefault(name, set()).add(file.relative_to(PACKAGE).as_posix())
    for name, files in OTHER_MEANINGS.items():
        found[name] -= set(files)
    assert {name: files for name, files in found.items() if files} == {
        name: set(files) for name, files in IMPLEMENTED_OR_DRAWN.items()
    }
