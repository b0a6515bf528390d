"""Values in the form of a TOML file."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any


def shown(value: Any) -> str:
    """Returns a value in the form of the file, shortened for an error line."""
    try:
        text = "{…}" if isinstance(value, dict) else written(value)
    except ValueError:  # Python reads any number of hexadecimal digits, and refuses to print so many decimal ones
        return "a number of too many digits"
    return text if len(text) <= 60 else text[:59] + "…"


def written(value: Any) -> str:
    """Returns a value in the form of the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(written, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return str(value)
