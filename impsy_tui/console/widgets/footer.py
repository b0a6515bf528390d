"""Lines below the prompt: completions or mistakes, keys mode, and the current keys."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from textual import events

from impsy_tui.console.drawing.compositor import width_of
from impsy_tui.console.drawing.lines import Line, Lines, Piece, cut
from impsy_tui.console.keys.keymap import Keymap
from impsy_tui.console.themes import Palette
from impsy_tui.key_actions import ACTIONS, shown
from impsy_tui.language.completion import Completion
from impsy_tui.language.parser import Mistake
from impsy_tui.parameters import SIGMA, TEMP, TIMESCALE

_LEAST_MESSAGE: Final = 30
_LONGEST_BOUND: Final = 14
_LONGEST_SHARED: Final = 12
"""Greatest width of a common beginning that is repeated in each option."""
_KEYS_INDENT: Final = 7
_BOUND: Final = "bound"
"""Kind of a key that the performer has bound to a line."""
_IMPORTANCE: Final = (
    *("panic", _BOUND, "help", "quit", "keys", "pause"),
    *("palette", "files", "meters", "events", "jobs", "lock"),
)
"""Actions of the footer, the most important first."""
_HIDDEN_BY_LOCK: Final = frozenset(action.name for action in ACTIONS if action.hidden_by_lock)
_OF_PARAMETERS: Final = {"temp": TEMP.name, "sigma": SIGMA.name, "speed": TIMESCALE.name}
"""Parameters that keys of the keys mode change, by the words that name these keys."""
_IDLE: Final = "type a command, or Tab for all of them; Esc for keys"


class Hint(Lines):
    """One line of advice."""

    DEFAULT_CSS = "Hint { height: 1; width: 1fr; }"

    def __init__(self, palette: Palette, idle: str = _IDLE) -> None:
        super().__init__(palette, id="hint")
        self._usual = self._idle = idle
        self._said: tuple[str, object, int] = ("idle", None, 0)

    def idle(self) -> None:
        """Shows the advice for an empty line."""
        self._say("idle", None, 0)

    def set_idle(self, advice: str) -> None:
        """Sets the advice for an empty line; an empty text restores the usual advice."""
        idle = advice or self._usual
        if idle != self._idle:
            self._idle = idle
            self.redraw()

    def complete(self, completion: Completion, offset: int) -> None:
        """Shows completions below the typed word."""
        self._say("complete", completion, offset)

    def blame(self, mistake: Mistake, offset: int) -> None:
        """Shows a mistake below the wrong word."""
        self._say("blame", mistake, offset)

    def found(self, line: str) -> None:
        """Shows a line of the history."""
        self._say("found", line, 0)

    def report(self, text: str, *, wrong: bool = False) -> None:
        """Shows an answer until something is typed."""
        self._say("wrong" if wrong else "report", (text,), 0)

    def advise(self, completion: Completion | None, mistake: Mistake | None, offset: int, found: str | None) -> None:
        """Shows the advice of the prompt; see ``Prompt.Advised``."""
        if mistake is not None:
            self.blame(mistake, offset)
        elif found is not None:
            self.found(found)
        elif completion is not None:
            self.complete(completion, offset)
        elif self._said[0] not in ("report", "wrong"):
            self.idle()

    def shows_all_of(self, mistake: Mistake, offset: int) -> bool:
        """True if there is room for the whole message of a mistake."""
        return any(mistake.message in text for text, _ in _mistake(mistake, offset, self.size.width, self.palette))

    def _say(self, what: str, about: object, offset: int) -> None:
        self._said = (what, about, offset)
        self.redraw()

    def redraw(self) -> None:
        """Makes the line."""
        what, about, offset = self._said
        width, palette = self.size.width, self.palette
        match about:
            case Completion():
                self.set_lines([_completion(about, width, palette)])
            case Mistake():
                self.set_lines([_mistake(about, offset, width, palette)])
            case (str() as text,):
                self.set_lines([((cut(text, width), palette.alarm if what == "wrong" else palette.text),)])
            case str():
                text = f"⌕ {about}" if about else "⌕ not found in the history"
                self.set_lines(
                    [((cut(f"{text}   (Enter takes it, Ctrl-R older, Esc leaves)", width), palette.accent),)]
                )
            case _:
                self.set_lines([((cut(self._idle, width), palette.dim),)] if what == "idle" else [])


def _completion(completion: Completion, width: int, palette: Palette) -> Line:
    if len(completion.options) > 1:
        return _choices(completion, width, palette)
    text = completion.hint if not completion.options else f"{completion.options[0]}  ({completion.hint})"
    return ((cut(text, width), palette.dim),) if text else ()


def _choices(completion: Completion, width: int, palette: Palette) -> Line:
    """Returns the complete options that fit, from the chosen one on, and the number of all."""
    options, chosen = completion.options, completion.chosen
    end = len(_shared(options))
    names = [f"…{option[end:]}" if end > _LONGEST_SHARED else option for option in options]
    if sum(map(width_of, names)) + 2 * (len(names) - 1) <= width:
        first, pieces = 0, list[Piece]()
    else:
        first = max(chosen, 0)
        pieces = [(f"{chosen + 1} of {len(names)}  " if chosen >= 0 else f"{len(names)}: ", palette.text)]
    space = width - sum(width_of(text) for text, _ in pieces)
    for number, name in enumerate(names[first:], first):
        dots = 0 if number == len(names) - 1 else 3
        if number > first and width_of(name) + dots > space:
            pieces.append(("…", palette.dim))
            break
        pieces.append((cut(name, space - dots), palette.strong if number == chosen else palette.dim))
        pieces.append(("  " if dots else "", palette.dim))
        space -= width_of(name) + 2
    return tuple(pieces)


def _shared(options: Sequence[str]) -> str:
    """Returns the beginning that all options share, up to the last sign that divides their words."""
    first, last = min(options), max(options)
    count = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[: max(map(first[:count].rfind, "-_. ")) + 1]


def _mistake(mistake: Mistake, offset: int, width: int, palette: Palette) -> Line:
    arrows = "^" * max(1, mistake.end - mistake.start)
    before = offset + mistake.start
    message = mistake.message
    left = width - before - len(arrows) - 1
    if left >= min(len(message), _LEAST_MESSAGE):
        return ((" " * before, palette.ground), (f"{arrows} {cut(message, left)}", palette.alarm))
    if before > _LEAST_MESSAGE:
        # The message is on the left and ends at the beginning of the word.
        return (
            (f"{cut(message, before - 1)} ".rjust(before), palette.alarm),
            (arrows[: width - before], palette.alarm),
        )
    return ((cut(message, width), palette.alarm),)


def _rank(kind: str) -> int:
    """Returns the place of an action in the order of importance; the last one leaves a narrow footer first."""
    return _IMPORTANCE.index(kind) if kind in _IMPORTANCE else len(_IMPORTANCE)


class KeysBar(Lines):
    """Two rows in place of prompt and hint in keys mode, with the keys."""

    DEFAULT_CSS = "KeysBar { height: 2; width: 1fr; }"

    def __init__(self, palette: Palette, keymap: Keymap) -> None:
        super().__init__(palette, id="keysbar")
        self._keymap = keymap
        self._answer = ""
        self._parameters: frozenset[str] = frozenset()

    def show(self, parameters: Collection[str]) -> None:
        """Shows the keys of these parameters of the focused player, and of no others."""
        if self._parameters != (there := frozenset(parameters)):
            self._parameters = there
            self.redraw()

    def set_keymap(self, keymap: Keymap) -> None:
        """Other keys."""
        self._keymap = keymap
        self.redraw()

    def report(self, text: str) -> None:
        """Shows an answer to a key in the second row; an empty answer shows the keys again."""
        if text != self._answer:
            self._answer = text
            self.redraw()

    def redraw(self) -> None:
        """Makes the rows."""
        palette, width = self.palette, self.size.width
        rows: list[list[Piece]] = [
            [(" KEYS ", palette.input_block), (" ", palette.ground)],
            [(" ", palette.ground)],
        ]
        row, used = 0, _KEYS_INDENT
        for keys, what in self._keys():
            if used + len(keys) + len(what) + 3 > width:
                row, used = row + 1, 1
                if row == len(rows):
                    break
            used += len(keys) + len(what) + 3
            # The others keep their places while the player has not this parameter.
            is_there = what not in _OF_PARAMETERS or _OF_PARAMETERS[what] in self._parameters
            label = [(keys, palette.strong), (f" {what}  ", palette.dim)]
            rows[row] += label if is_there else [(" " * (len(keys) + len(what) + 3), palette.ground)]
        if self._answer:
            rows[1] = [(cut(self._answer, width), palette.text)]
        self.set_lines([tuple(each) for each in rows])

    def _keys(self) -> tuple[tuple[str, str], ...]:
        key = self._keymap.label
        return (
            (f"{key('mode_callresponse')}-{key('mode_useronly')}", "mode"),
            (f"{key('temp_down')} {key('temp_up')}", "temp"),
            (f"{key('sigma_down')} {key('sigma_up')}", "sigma"),
            (f"{key('slower')} {key('faster')}", "speed"),
            (key("toggle_pause"), "pause"),
            (key("take"), "take"),
            (key("give"), "give"),
            (key("thru"), "thru"),
            (key("prompt"), "prompt"),
            (key("reset"), "reset"),
            (key("timer"), "timer"),
            (f"{key('next_player')} {key('previous_player')}", "player"),
            (key("scenes"), "scene"),
            (key("next_pane"), "pane"),
            (key("filter"), "filter"),
        )


class PageKeys(Lines):
    """Lines in place of the prompt in the keys mode of a page, with the keys of the page."""

    DEFAULT_CSS = "PageKeys { height: 2; width: 1fr; }"

    def __init__(self, palette: Palette, text: str) -> None:
        super().__init__(palette, id="keys-here")
        self._rows = text.split("\n")
        self._report = ""

    def report(self, text: str) -> None:
        """Shows an answer to a key in the second line."""
        self._report = text
        self.redraw()

    def redraw(self) -> None:
        """Makes the lines."""
        palette, width = self.palette, self.size.width
        rows = [*self._rows[:1], self._report or "".join(self._rows[1:2])]
        lead: tuple[Piece, ...] = ((" KEYS ", palette.input_block), (" ", palette.ground))
        indent: tuple[Piece, ...] = ((" " * 7, palette.ground),)
        style = palette.dim
        self.set_lines(
            [(*(indent if number else lead), (cut(row, max(1, width - 7)), style)) for number, row in enumerate(rows)]
        )
        self._report = ""


class _FooterKey(NamedTuple):
    """Key of the footer: its name, its label, what it does, and its action or ``_BOUND``."""

    key: str
    label: str
    text: str
    kind: str


class KeyFooter(Lines):
    """Line with the keys that work everywhere. A click presses a key."""

    DEFAULT_CSS = "KeyFooter { height: 1; width: 1fr; }"

    def __init__(self, palette: Palette, keymap: Keymap) -> None:
        super().__init__(palette, id="footer")
        self._keymap = keymap
        self._locked = False
        self._bound: dict[str, str] = {}
        self._ends: list[tuple[int, str]] = []
        """Column behind each key, and its name."""

    def set_keymap(self, keymap: Keymap) -> None:
        """Other keys."""
        self._keymap = keymap
        self.redraw()

    def show(self, *, locked: bool, bound: Mapping[str, str]) -> None:
        """Shows other keys, if they have changed.

        Args:
            locked: True to hide keys that the stage lock refuses.
            bound: the performer's bindings, by key.
        """
        if (locked, bound) != (self._locked, self._bound):
            self._locked, self._bound = locked, dict(bound)
            self.redraw()

    def redraw(self) -> None:
        """Makes the line."""
        palette, width = self.palette, self.size.width
        keys = self._keys()

        def length() -> int:
            return sum(width_of(one.label) + width_of(one.text) + 3 for one in keys) - 1

        # In a narrow footer, keys of other views are left out first; bound keys, panic, help and quit are left out
        # last.
        while len(keys) > 1 and length() > width:
            ranks = [(_rank(one.kind), index) for index, one in enumerate(keys)]
            keys.pop(max(ranks)[1])
        styles = {"panic": palette.alarm_block, _BOUND: palette.text_block}
        pieces: list[Piece] = []
        self._ends, at = [], 0
        for one in keys:
            label = ((one.label, styles.get(one.kind, palette.strong)), (f" {one.text}  ", palette.dim))
            # The others keep their places while the stage lock is on.
            is_hidden = self._locked and one.kind in _HIDDEN_BY_LOCK
            pieces += [(" " * sum(width_of(text) for text, _ in label), palette.ground)] if is_hidden else label
            at += width_of(one.label) + width_of(one.text) + 3
            self._ends.append((at, one.key))
        self.set_lines([tuple(pieces)])

    def on_click(self, event: events.Click) -> None:
        """Presses the key under the mouse."""
        key = next((key for end, key in self._ends if event.x < end), None)
        if key is not None:
            self.app.simulate_key(key)

    def _keys(self) -> list[_FooterKey]:
        """Returns the keys; a bound key replaces the action that it had before."""
        panic = self._keymap.keys("panic").split(",")
        bound = {key: line for key, line in self._bound.items() if key not in panic}
        keys = []
        for action in ACTIONS:
            key = self._keymap.keys(action.name).split(",")[0]
            if key in bound:
                keys.append(_FooterKey(key, shown(key), cut(bound.pop(key), _LONGEST_BOUND), _BOUND))
            elif action.label:
                label = self._keymap.label(action.name).replace("Ctrl-", "^")
                keys.append(_FooterKey(key, label, action.label, action.name))
        others = sorted(bound.items())
        return keys + [_FooterKey(key, shown(key), cut(line, _LONGEST_BOUND), _BOUND) for key, line in others]
