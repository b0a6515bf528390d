"""Priority of the processes that tests start.

On a busy machine a worker of low priority would wait for minutes. The tests therefore run all processes at normal
priority: a folder in front of PATH and PYTHONPATH has a program ``nice`` and a module ``sitecustomize`` that change
nothing. Tests of the priority itself use the fixture ``low_priority``.
"""

import os
from pathlib import Path

_FOLDER = str(Path(__file__).with_name("normal_priority"))
_VARIABLES = ("PATH", "PYTHONPATH")


def run_at_normal_priority() -> None:
    """Puts the folder in front of both variables of this process."""
    for variable in _VARIABLES:
        os.environ[variable] = os.pathsep.join([_FOLDER, *_others(variable)])


def without_normal_priority() -> dict[str, str]:
    """Returns both variables without the folder."""
    return {variable: os.pathsep.join(_others(variable)) for variable in _VARIABLES}


def _others(variable: str) -> list[str]:
    return [place for place in os.environ.get(variable, "").split(os.pathsep) if place not in ("", _FOLDER)]
