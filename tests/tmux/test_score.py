"""Keys of the score page through tmux: each action by both of its keys."""

from tests.support.terminal import PATIENCE, Terminal
from tests.support.waiting import wait_until


def _temp(terminal: Terminal) -> object:
    return terminal.snapshot().players[0].parameters["temp"]


def _pending(terminal: Terminal) -> list[str]:
    return [pending.text for pending in terminal.snapshot().pending]


def test_score_keys_reach_the_program_through_tmux(terminal: Terminal) -> None:
    (terminal.folder / "sets").mkdir()
    terminal.impsy("play -c config.toml")
    terminal.sees("BATTLE", "F1 help")
    terminal.press("C-o")
    terminal.sees("SCORE score")
    terminal("send-keys", "-l", "temp 1.2")
    terminal.press("C-r")
    wait_until(lambda: _temp(terminal) == 1.2, PATIENCE)
    terminal.press("M-Up")
    wait_until(lambda: _temp(terminal) == 1.3, PATIENCE)
    terminal.press("Escape", "-")
    wait_until(lambda: _temp(terminal) == 1.2, PATIENCE)
    terminal.press("C-d")
    terminal.press("BSpace", "5", "M-r")
    wait_until(lambda: _temp(terminal) == 1.5, PATIENCE)
    terminal.press("Up", "C-g")
    wait_until(lambda: _temp(terminal) == 1.5, PATIENCE)
    terminal.press("Down", "Enter", "Enter")
    terminal("send-keys", "-l", "over 600s sigma 0.5")
    terminal.press("M-g")
    wait_until(lambda: _pending(terminal) == ["over 600s sigma 0.5"], PATIENCE)
    terminal.sees("▁ over")
    terminal.press("C-n")
    wait_until(lambda: not _pending(terminal), PATIENCE)
    terminal.sees("M over")
    terminal.press("M-n")
    wait_until(lambda: len(_pending(terminal)) == 1, PATIENCE)
    terminal.sees("▁ over")
    terminal.press("M-s")
    wait_until(lambda: not _pending(terminal), PATIENCE)
    terminal.press("M-/")
    terminal.sees("// over 600s")
    terminal.press("C-_")
    wait_until(lambda: "// over" not in terminal.text, PATIENCE)
    wait_until(lambda: "over 600s" in (terminal.folder / "sets" / "score.imp").read_text(), PATIENCE)
    terminal.press("Escape")
    terminal.press("Escape")
    terminal.sees("type a command")
