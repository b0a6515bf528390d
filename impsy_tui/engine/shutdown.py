"""First steps of the shutdown: all players stop and all notes end."""

from collections.abc import Callable, Sequence

from impsy_tui.channels.base import Channel
from impsy_tui.engine.players.session import Session


def stop_session(session: Session) -> None:
    """Stops all players, a recording of gestures and the clocks."""
    session.stop()
    if session.gesture_recording is not None and session.gesture_recording.runs:
        session.gesture_recording.end()
    session.tempo.clock_out.set_sends(False)
    session.tempo.link.close()


def close_channels(channels: Sequence[Channel], notify: Callable[[str, str, str], None]) -> None:
    """Closes every channel, which turns its notes off, and reports each that cannot be closed.

    Args:
        channels: Channels of the engine.
        notify: Takes level, source and text of a report.
    """
    for channel in channels:
        try:
            channel.close()
        except OSError as error:
            notify("error", channel.name, f"could not be closed: {error}")
