"""Training task of an agent, and its file format in RL-impro."""

import json
from collections.abc import Sequence
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
"""Kinds of target sounds in training, in the order of ``choices.TARGETS``.

``static``: the sound of one random row of the table for an episode. ``changing``: another random row from time to
time. ``mixed``: episodes of both. ``corpus``: recordings, frame by frame. ``scattered``: each descriptor from another
row; like the sound of a musician, such a target is not a row of the table.
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
    """Training task of an agent.

    Attributes:
        heard: names of the descriptors in the network's input, in the order of frames.
        judged: names of the descriptors that the reward compares.
        targets: kind of target sounds, one of ``TARGETS``.
        step: change of a parameter in one frame, above 0 to 1.
        parameters: number of parameters of the synth, None if unknown.
    """

    heard: tuple[str, ...]
    judged: tuple[str, ...]
    targets: str = MIXED
    step: float = STEP
    parameters: int | None = None


def read_task(path: Path) -> AgentTask:
    """Reads RL-impro's ``environment_settings.json``, or the copy next to a model of RL-impro.

    Raises:
        UserError: the file cannot be read, or an entry is not valid; the message names file and entry.
    """
    try:
        found = json.loads(read_regular(path, _LARGEST))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path.name} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise UserError(f"{path.name} holds no settings")
    try:
        return _task(found)
    except UserError as problem:
        raise UserError(f"{path.name}: {problem}") from None


def _task(found: dict[str, Any]) -> AgentTask:
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
        raise UserError(f"{entry} is not a list of descriptors")
    return names_of(words)


def names_of(words: Sequence[str]) -> tuple[str, ...]:
    """Returns the descriptors of names, categories and ``all``, in the order of frames.

    Raises:
        UserError: there is no such descriptor.
    """
    wanted = list(CATEGORIES) if _ALL in words else words
    return tuple(NAMES[place] for place in descriptor_indices(wanted))
