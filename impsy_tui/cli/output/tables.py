"""Tables in a shell: drawn by Rich in a terminal, plain text elsewhere."""

import sys

from impsy_tui.cli.output.text import say
from impsy_tui.text import printable
from impsy_tui.workers.messages import Table


def show_table(table: Table, indent: int = 0) -> None:
    """Prints a table with its control characters escaped.

    Args:
        table: Table to print.
        indent: Spaces before each line.
    """
    if not sys.stdout.isatty():
        for line in table.text().splitlines():
            say(" " * indent + line)
        return
    from rich import box  # imported late: most commands do not need Rich
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=box.SIMPLE_HEAD, show_header=bool(table.columns), pad_edge=False)
    for place, heading in enumerate(table.columns or table.rows[0]):
        numbers = place > 0 and bool(table.columns)
        drawn.add_column(Text(printable(heading)), justify="right" if numbers else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))
    Console(highlight=False).print(Padding(drawn, (0, 0, 0, indent)))
