"""Gesture recording: the gesture to play, in large text."""

from impsy_tui.console.drawing.lines import Lines, Piece, heading, span
from impsy_tui.console.themes import Palette
from impsy_tui.control.messages import Snapshot
from impsy_tui.control.states import GestureRecordingState

_KEYS = "record gestures again, skip, off"


class GestureRecordingView(Lines):
    """Requested gesture with its remaining time, the progress, and the next gesture."""

    DEFAULT_CSS = "GestureRecordingView { height: 4; width: 1fr; margin: 0 0 1 0; }"

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="gesture-recording")
        self._recording: GestureRecordingState | None = None

    def show(self, snapshot: Snapshot) -> None:
        """Shows the requested gesture of a snapshot."""
        if snapshot.gesture_recording != self._recording:
            self._recording = snapshot.gesture_recording
            self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        gesture_recording, width, palette = self._recording, self.size.width, self.palette
        if gesture_recording is None:
            return
        left = span(gesture_recording.left + 0.999)
        gesture = gesture_recording.gesture.replace("-", " ").upper()
        if gesture_recording.plays:
            said: list[Piece] = [(" ▶ PLAY ", palette.input_block), (f" {gesture} ", palette.strong)]
            said += [(f" {left} ", palette.strong), (f" {gesture_recording.touches} touches", palette.dim)]
        else:
            said = [(" NEXT ", palette.text_block), (f" {gesture} ", palette.text), (f" in {left}", palette.strong)]
        full = round(width * (1.0 - min(1.0, gesture_recording.left / gesture_recording.seconds)))
        ink = palette.input if gesture_recording.plays else palette.dim
        following = (
            f"then {gesture_recording.following.replace('-', ' ')}" if gesture_recording.following else "the last"
        )
        self.set_lines(
            [
                heading(f"RECORDING GESTURES {gesture_recording.number}/{gesture_recording.of}", width, palette),
                tuple(said),
                (("━" * full, ink), ("─" * (width - full), palette.faint)),
                ((f"{following}   {_KEYS}", palette.dim),),
            ]
        )
