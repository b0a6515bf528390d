"""Modes: how musician and player share the instrument."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Mode:
    """Mode in which musician and player share the instrument.

    Attributes:
        name: what the performer types.
        hears: the player receives the musician's events.
        answers: one prediction answers each event of the musician.
        free_runs: the player continues from its own output.
        takes_turns: the player plays while the musician is silent.
        help: one sentence for the help screen.
    """

    name: str
    hears: bool
    answers: bool
    free_runs: bool
    takes_turns: bool
    help: str

    @property
    def plays(self) -> bool:
        """True if the player is heard in this mode."""
        return self.answers or self.free_runs or self.takes_turns


MODES: Final[dict[str, Mode]] = {
    mode.name: mode
    for mode in (
        Mode(
            "callresponse",
            hears=True,
            answers=False,
            free_runs=False,
            takes_turns=True,
            help="you play and the player listens; when you fall silent, the player plays until you play again",
        ),
        Mode(
            "polyphony",
            hears=True,
            answers=True,
            free_runs=False,
            takes_turns=False,
            help="the player answers each of your events with one prediction, at the predicted time",
        ),
        Mode(
            "battle",
            hears=False,
            answers=False,
            free_runs=True,
            takes_turns=False,
            help="the player plays alone from its own output; your events are logged but do not steer it",
        ),
        Mode(
            "duet",
            hears=True,
            answers=False,
            free_runs=True,
            takes_turns=False,
            help="the player plays from its own output and hears you too",
        ),
        Mode(
            "useronly",
            hears=False,
            answers=False,
            free_runs=False,
            takes_turns=False,
            help="you play alone and are logged; no model is needed",
        ),
    )
}

FILTER: Final = "filter"
"""Name in the literature of polyphony with thru off."""

MODE_NAMES: Final = (*MODES, FILTER)
FILTER_HELP: Final = "polyphony with thru off: only the predictions are heard"
