"""All mappings of an instrument: sources and targets of its dimensions, and controls that move parameters."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from impsy_tui.channels.base import Channel, RemappableInput, RemappableOutput
from impsy_tui.engine.io.channel_map import OSC, Texts, checked_texts, split_place
from impsy_tui.engine.io.dimension_routing import read_dimension
from impsy_tui.engine.io.input_map import InputMap
from impsy_tui.engine.io.output_map import OutputMap
from impsy_tui.engine.io.parameter_map import MappedParameter, ParameterMap, read_mapping
from impsy_tui.engine.runtime.scheduler import Scheduler
from impsy_tui.language.mapping_completion import ARROW

RESET: Final = "reset"
"""Word behind ``map`` for the mappings of the configuration."""
_DIMENSION: Final = re.compile(r"x\d+(\s*(-|\s)\s*x\d+)*", re.ASCII)


def is_dimension(text: str) -> bool:
    """Returns True for a dimension such as x3, or several."""
    return _DIMENSION.fullmatch(text) is not None


def check_mapping(text: str) -> None:
    """Checks a text as typed after ``map``, without the devices of a rig.

    Raises:
        UserError: the text cannot be read.
    """
    sides = [side.strip() for side in text.split(ARROW, 1)]
    if len(sides) == 1:
        if text != RESET:
            read_mapping(text)
        return
    message, dimension = sides if not is_dimension(sides[0]) else sides[::-1]
    read_dimension(dimension)
    _, found = split_place(message)
    checked_texts([found.removeprefix(f"{OSC} ") or message])


@dataclass(frozen=True, slots=True)
class MappingState:
    """Mappings at one moment. None leaves the present mappings.

    Attributes:
        parameters: parameters by their control.
        sources: sources of inputs that differ from the configuration.
        targets: targets of outputs that differ from the configuration.
    """

    parameters: Mapping[str, str] | None = None
    sources: Texts | None = None
    targets: Texts | None = None


class Mappings:
    """Mappings of a session.

    Args:
        scheduler: spaces the changes of parameters.
        present: returns the present value of a parameter; see ``ParameterMap``.
        channels: returns the open channels.
        count: returns the number of dimensions.

    Attributes:
        parameters: parameters by the control that moves them.
        inputs: sources of the dimensions.
        outputs: targets of the dimensions.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        present: Callable[[MappedParameter], Any],
        channels: Callable[[], Sequence[Channel]],
        count: Callable[[], int],
    ) -> None:
        self.parameters = ParameterMap(scheduler, present)
        self.inputs = InputMap(lambda: [one for one in channels() if isinstance(one, RemappableInput)], count)
        self.outputs = OutputMap(lambda: [one for one in channels() if isinstance(one, RemappableOutput)], count)

    def __str__(self) -> str:
        return "\n".join(filter(None, map(str, (self.parameters, self.inputs, self.outputs))))

    @property
    def places(self) -> tuple[str, ...]:
        """Names of all inputs and outputs in commands, each once."""
        return tuple(dict.fromkeys((*self.inputs.labels, *self.outputs.labels)))

    def capture(self) -> MappingState:
        """Returns the present mappings."""
        return MappingState(self.parameters.table, self.inputs.changed, self.outputs.changed)

    def restore(self, state: MappingState) -> None:
        """Sets all mappings.

        Raises:
            UserError: a parameter cannot be read.
        """
        if state.parameters is not None:
            self.parameters.replace(state.parameters)
        if state.sources is not None:
            self.inputs.replace(state.sources)
        if state.targets is not None:
            self.outputs.replace(state.targets)

    def reset(self) -> str:
        """Sets the mappings of the configuration; returns the reply."""
        self.restore(MappingState(self.parameters.begun, {}, {}))
        return "all mappings are those of the configuration"

    def lines(self, state: MappingState) -> Iterator[str]:
        """Yields the commands that set all mappings, as ``restore`` does."""
        yield f"map {RESET}"
        yield from self.parameters.lines(self.parameters.begun if state.parameters is None else state.parameters)
        yield from self.inputs.lines(state.sources or {})
        yield from self.outputs.lines(state.targets or {})
