"""Commands of the engine and the console."""

from typing import Final

from impsy_tui.language.command_schema import KEYBOARD, Argument, ArgumentKind, Command

AROUND: Final[tuple[Command, ...]] = (
    Command("status", "shows the state of the engine", "status"),
    Command(
        "help",
        "lists the commands, or explains one",
        "help mode",
        (Argument("command", ArgumentKind.COMMAND, optional=True),),
    ),
    Command("shutdown", "ends the engine: silence, log closed", "shutdown", sources=KEYBOARD, ends=True),
    Command(
        "show",
        "shows a page, or hides or shows a pane",
        "show files",
        (
            Argument(
                "page",
                ArgumentKind.CHOICE,
                choices=(
                    "perform",
                    "files",
                    "settings",
                    "rig",
                    "stage",
                    "events",
                    "channels",
                    "pending",
                    "jobs",
                    "side",
                    "thinking",
                ),
            ),
        ),
        sources=KEYBOARD,
        console=True,
    ),
    Command(
        "guide",
        "asks about your devices, and writes a new configuration for them",
        "guide",
        sources=KEYBOARD,
        console=True,
    ),
    Command(
        "theme",
        "changes the colours",
        "theme contrast",
        (Argument("name", ArgumentKind.NAME),),
        sources=KEYBOARD,
        console=True,
    ),
    Command(
        "score",
        "opens a set list to edit and run it while it sounds",
        "score first",
        (Argument("set", ArgumentKind.NAME, optional=True),),
        sources=KEYBOARD,
        console=True,
    ),
    Command("lock", "stage lock of the engine: refuses to delete, rename, quit or end it", "lock", sources=KEYBOARD),
    Command("unlock", "ends the stage lock", "unlock", sources=KEYBOARD),
    Command("quit", "leaves this console; the engine plays on", "quit", sources=KEYBOARD, console=True),
)
