"""How agents play."""

from collections.abc import Callable, Sequence

from impsy_tui import terms
from impsy_tui.channels import Microphone
from impsy_tui.engine.agent_part import AgentPart
from impsy_tui.engine.commands.hands import CommandProblem, Hands
from impsy_tui.engine.parts import agents_of
from impsy_tui.engine.seat import Seat
from impsy_tui.listening import ListeningProblem
from impsy_tui.parameters import HEAR


class Hearing(Hands):
    """How agents play."""

    def _aim(self, seats: Sequence[Seat], aim: str) -> str:
        return self._turn(seats, lambda part: part.set_aim(aim), f"aim {aim}")

    def _hear(self, seats: Sequence[Seat], descriptors: str) -> str:
        wanted = () if descriptors == HEAR.none else tuple(descriptors.replace(",", " ").split())
        return self._turn(seats, lambda part: part.set_hear(wanted), f"hear {' '.join(wanted) or HEAR.none}")

    def _steer(self, seats: Sequence[Seat], policy: str) -> str:
        return self._turn(seats, lambda part: part.set_steer(policy), f"steer {policy}")

    def _budget(self, seats: Sequence[Seat], amount: float | str) -> str:
        limit = amount if isinstance(amount, float) else None
        reply = "budget off" if limit is None else f"budget {limit:g} a second"
        return self._turn(seats, lambda part: part.set_budget(limit), reply)

    def _smooth(self, seats: Sequence[Seat], time: float) -> str:
        return self._turn(seats, lambda part: part.set_smooth(time), f"smooth {time:g}s")

    def _rest(self, seats: Sequence[Seat], level: float | str) -> str:
        limit = level if isinstance(level, float) else None
        reply = "rest off" if limit is None else f"rest below {limit:g} dBFS"
        return self._turn(seats, lambda part: part.set_rest(limit), reply)

    def _turn(self, seats: Sequence[Seat], change: Callable[[AgentPart], None], reply: str) -> str:
        """Change something of all agents among these players."""
        listening = [seat for seat in seats if agents_of(seat.parts)]
        if not listening:
            raise CommandProblem(f"{', '.join(seat.name for seat in seats)} is no agent: it hears no sound")
        for seat in listening:
            for part in agents_of(seat.parts):
                try:
                    change(part)
                except ListeningProblem as problem:
                    raise CommandProblem(str(problem)) from None
        return self._of(listening, reply)

    async def _calibrate(self, time: float = terms.CALIBRATION.default) -> str:
        outlets = self._session.outputs.outlets
        microphones = [outlet.channel for outlet in outlets if isinstance(outlet.channel, Microphone)]
        if not microphones:
            raise CommandProblem("there is no microphone: [audio] in the configuration opens one")
        replies = []
        for microphone in microphones:
            self._session.tell("info", microphone.name, f"play as you will, for {time:g} s")
            try:
                replies.append(f"{microphone.name}: {await microphone.calibrate(time)}")
            except ListeningProblem as problem:
                raise CommandProblem(f"{microphone.name}: {problem}") from None
        return "\n".join(replies)
