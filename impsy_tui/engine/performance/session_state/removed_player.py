"""Pending commands of a player that is removed."""

from impsy_tui.engine.performance.scheduled_commands import ScheduledCommands


def cancel_for(scheduled: ScheduledCommands, player: str) -> tuple[list[str], list[str]]:
    """Cancels what is pending for a player; ramps and patterns of several players go on without this player.

    Returns:
        The lines that are cancelled, and those that stay and name the player in some of their commands.
    """
    movers = (pending.mover for pending in scheduled.all())
    before = {pending.number: pending.text for pending in scheduled.all()}
    scheduled.release({key for mover in movers if mover is not None for key in mover.tracks if key[0] == player})
    naming = []
    for pending in scheduled.all():
        inside = [] if pending.program is None else [step.player for step in pending.program.walk()]
        if pending.line.player == player or (inside and all(name == player for name in inside)):
            scheduled.cancel(pending.number)
        elif player in inside:
            naming.append(f"{pending.number}  {pending.text}")
    left = {pending.number for pending in scheduled.all()}
    return [text for number, text in before.items() if number not in left], naming
