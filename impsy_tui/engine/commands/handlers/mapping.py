"""Handlers of the controls and messages that are learned, bound or mapped."""

from collections.abc import Awaitable, Sequence

from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.engine.io.channel_map import OSC, split_place
from impsy_tui.engine.io.dimension_routing import read_dimension
from impsy_tui.engine.io.mappings import RESET, Mappings, is_dimension
from impsy_tui.engine.io.parameter_map import split_control
from impsy_tui.engine.players.base import AnyPlayer
from impsy_tui.errors import UserError
from impsy_tui.language.mapping_completion import ARROW
from impsy_tui.parameters import PARAMETERS


class MappingHandlers(Handlers):
    """Handlers of the controls and messages that are learned, bound or mapped."""

    @property
    def _mappings(self) -> Mappings:
        return self._host.live_set.mappings

    def _learn(self, dimensions: tuple[int, ...] | str) -> str:
        if dimensions == "off":
            return self._host.midi_learn.end()
        if dimensions == "all":
            return self._host.midi_learn.begin(range(self._session.dimension - 1))
        if isinstance(dimensions, str):
            return self._host.midi_learn.begin_parameter(dimensions)
        return self._host.midi_learn.begin(self._indices(dimensions))

    def _bind(self, trigger: str, which: str) -> str:
        return self._host.bindings.bind(trigger, which)

    def _unbind(self, trigger: str, which: str = "") -> str:
        return self._host.bindings.unbind(trigger, which)

    def _bindings(self) -> str:
        bindings, mapped = self._host.bindings, str(self._mappings)
        return "\n".join(filter(None, (str(bindings) if bindings or not mapped else "", mapped)))

    def _map(self, players: Sequence[AnyPlayer], control: str) -> str:
        source, arrow, target = map(str.strip, control.partition(ARROW))
        if not arrow:
            return self._mappings.reset() if source == RESET else self._mappings.parameters.map(control)
        if is_dimension(source):
            return self._mappings.outputs.map(self._number(source), target)
        self._check_free(source)
        return self._mappings.inputs.map(self._number(target), source)

    def _check_free(self, source: str) -> None:
        """Refuses a source that has another effect already, which it would keep."""
        _, message = split_place(source)
        words = message.split()
        control = " ".join(words[: 2 if words[:1] == [OSC] else 3])
        if moved := self._mappings.parameters.table.get(control):
            raise UserError(f"{control} moves {moved}: unmap {control} first")
        if line := self._host.bindings.table.get(control):
            raise UserError(f'{control} carries out "{line}": unbind {control} first')

    def _unmap(self, players: Sequence[AnyPlayer], control: str) -> str:
        source, arrow, target = map(str.strip, control.partition(ARROW))
        if not arrow:
            return self._unmap_dimension(source) if is_dimension(source.split(" ")[0]) else self._unmap_source(source)
        if is_dimension(source):
            return self._mappings.outputs.unmap(self._number(source), target)
        return self._mappings.inputs.unmap(self._number(target), source)

    def _unmap_dimension(self, text: str) -> str:
        """Ends the targets of a dimension, and the parameter that the dimension moves, or one of them."""
        parameters, outputs = self._mappings.parameters, self._mappings.outputs
        name, _, rest = text.partition(" ")
        number = self._number(name)
        if rest and rest.split()[0].partition("@")[0] in ("", *PARAMETERS):
            return parameters.unmap(text)
        replies = [parameters.unmap(name)] if name in parameters.table and not rest else []
        if not replies or outputs.has(number):
            replies.append(outputs.unmap(number, rest))
        return "; ".join(replies)

    def _unmap_source(self, text: str) -> str:
        """Ends everything that a source moves and plays, or the parameter that is named."""
        parameters, inputs = self._mappings.parameters, self._mappings.inputs
        control, parameter = split_control(text)
        is_moving = control in parameters.table
        if parameter or (is_moving and not inputs.table):
            return parameters.unmap(text)
        replies = [parameters.unmap(text)] if is_moving else []
        try:
            replies += [inputs.unmap(number, text) for number in inputs.numbers_of(text)]
        except UserError:
            if not is_moving:
                raise
        if not replies:
            raise UserError(f"{text} plays no dimension and moves no parameter: bindings lists all")
        return "; ".join(replies)

    def _number(self, dimension: str) -> int:
        return self._indices(read_dimension(dimension))[0] + 1

    def _keep_mapping(self) -> Awaitable[str]:
        return self._host.keep_mapping()
