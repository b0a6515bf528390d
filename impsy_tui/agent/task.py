"""What an agent is to learn, in words; and how RL-impro writes that down."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from impsy_tui.agent.descriptors.names import CATEGORIES, NAMES, descriptor_indices
from impsy_tui.agent.seek import STEP
from impsy_tui.errors import UserError
from impsy_tui.toml_files import read_regular

STATIC: Final = "static"
CHANGING: Final = "changing"
MIXED: Final = "mixed"
CORPUS: Final = "corpus"
SCATTERED: Final = "scattered"
"""What there is to imitate, as ``choices.TARGETS`` has it.

``static``: the sound of a random row of the table, all along. ``changing``: the same, another one now and then.
``mixed``: an episode of either. ``corpus``: recordings, frame by frame. ``scattered``: each descriptor that of
another row. No row has them together, but no musician's sound is a row either: so much of recordings can be learned
without any.
"""

_MODES: Final = {
    "static_random": STATIC,
    "dynamic_random": CHANGING,
    "mixed_random": MIXED,
    "corpus": CORPUS,
    "mixed_random+corpus": f"{MIXED}+{CORPUS}",
}
_ALL: Final = "all"
_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class AgentTask:
    """What an agent is to learn.

    Attributes:
        heard: names of the descriptors that it hears, in the order of frames.
        judged: names of those that it is to match.
        targets: one of ``TARGETS``.
        step: how far a parameter moves in a frame.
        parameters: of the synth; None if that was not written.
    """

    heard: tuple[str, ...]
    judged: tuple[str, ...]
    targets: str = MIXED
    step: float = STEP
    parameters: int | None = None


def read_task(path: Path) -> AgentTask:
    """RL-impro's ``environment_settings.json``, or the copy that it keeps of it beside a model.

    Raises:
        UserError: it cannot be read, or says what makes no sense; the message names file and entry.
    """
    try:
        found = json.loads(read_regular(path, _LARGEST))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path.name} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise UserError(f"{path.name} holds no settings")
    try:
        return _settings(found)
    except UserError as problem:
        raise UserError(f"{path.name}: {problem}") from None


def _settings(found: dict[str, Any]) -> AgentTask:
    heard = _names(found, "features_keep")
    judged = _names(found, "features_reward") if "features_reward" in found else heard
    mode = found.get("training_mode", "mixed_random")
    if mode not in _MODES:
        raise UserError(f"training_mode {mode}: one of {', '.join(_MODES)}")
    step = found.get("step_size", STEP)
    if isinstance(step, bool) or not isinstance(step, int | float) or not 0.0 < step <= 1.0:
        raise UserError(f"step_size {step}: a number above 0, at most 1")
    count = found.get("N_synth_params")
    if count is not None and (not isinstance(count, int) or count < 1):
        raise UserError(f"N_synth_params {count}: a whole number from 1")
    return AgentTask(heard, judged, _MODES[mode], float(step), count)


def _names(found: dict[str, Any], entry: str) -> tuple[str, ...]:
    words = found.get(entry)
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise UserError(f"{entry} is no list of descriptors")
    return names_of(words)


def names_of(words: list[str]) -> tuple[str, ...]:
    """The descriptors that are meant by names, categories and ``all``, in the order of frames.

    Raises:
        UserError: there is no such descriptor.
    """
    wanted = list(CATEGORIES) if _ALL in words else words
    return tuple(NAMES[place] for place in descriptor_indices(wanted))
