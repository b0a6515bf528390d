"""Line numbers of the keys of a TOML text.

The standard reader gives values without positions, and a performer who edits over SSH needs the line of an error.
The text has already been read as TOML, so a light scan is enough: it follows tables, dotted and quoted keys, and
skips multi-line values.
"""

import re

_BARE_OR_QUOTED = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_BARE_OR_QUOTED}(?:\s*\.\s*{_BARE_OR_QUOTED})*"
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_DOTTED})\s*\]\]?")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_PART = re.compile(_BARE_OR_QUOTED)
_TOKEN = re.compile(
    r"""\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[\[\]{}]|\n""",
    re.DOTALL,
)


def key_lines(text: str) -> dict[str, int]:
    """Returns the line (from 1) of each dotted key path.

    Tables and keys are both listed. The n-th table of an array of tables (from 0) is ``name.n``, and its
    keys are below it. The first table is also listed under the plain name. The n-th list in a list is
    ``key.n``.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    position, line = 0, 1
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if header := _TABLE.match(text, position, end):
            table = _path(header[2])
            lines.setdefault(table, line)
            if header[1] == "[[":
                index = counts.get(table, 0)
                counts[table] = index + 1
                table = f"{table}.{index}"
                lines[table] = line
            stop = header.end()
        elif key := _KEY.match(text, position, end):
            path = f"{table}.{_path(key[1])}" if table else _path(key[1])
            lines.setdefault(path, line)
            stop, lists = _value(text, key.end())
            for index, start in enumerate(lists):
                lines[f"{path}.{index}"] = line + text.count("\n", position, start)
        else:
            stop = end
        after = text.find("\n", stop)
        after = len(text) if after < 0 else after
        line += text.count("\n", position, after + 1)
        position = after + 1
    return lines


def _path(dotted: str) -> str:
    return ".".join(part[0].strip("\"'") for part in _PART.finditer(dotted))


def _value(text: str, start: int) -> tuple[int, list[int]]:
    """Returns the end of the value from ``start`` (a line's end outside brackets), and the places of lists in it."""
    depth = 0
    lists: list[int] = []
    for token in _TOKEN.finditer(text, start):
        match token[0]:
            case "[" | "{" as bracket:
                depth += 1
                if depth == 2 and bracket == "[":
                    lists.append(token.start())
            case "]" | "}":
                depth -= 1
            case "\n" if depth <= 0:
                return token.start(), lists
            case _:
                pass
    return len(text), lists
