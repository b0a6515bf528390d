"""Handlers of agents."""

from impsy_tui.channels.base import Microphone
from impsy_tui.engine.commands.handlers.base import Handlers
from impsy_tui.errors import UserError
from impsy_tui.language.table.agent import CALIBRATION


class AgentHandlers(Handlers):
    """Handlers of agents."""

    async def _calibrate(self, time: float = CALIBRATION.default) -> str:
        outputs = self._session.outputs.channel_outputs
        microphones = [output.channel for output in outputs if isinstance(output.channel, Microphone)]
        if not microphones:
            raise UserError("there is no microphone: [audio] in the configuration opens one")
        replies = []
        for microphone in microphones:
            self._session.notify("info", microphone.name, f"play freely for {time:g} s")
            try:
                replies.append(f"{microphone.name}: {await microphone.calibrate(time)}")
            except UserError as problem:
                raise UserError(f"{microphone.name}: {problem}") from None
        return "\n".join(replies)
