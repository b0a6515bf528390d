"""Set lists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetList:
    preamble: tuple[str, ...]
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class SetProblem:
    line: int
    column: int
    message: str


def read_set(text: str) -> SetList | list[SetProblem]:
    pre: list[str] = []
    cues: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("//"):
            continue
        if line.startswith("# "):
            cues.append((line[2:].strip(), []))
        else:
            (cues[-1][1] if cues else pre).append(line)
    return SetList(tuple(pre), tuple(Cue(n, tuple(l)) for n, l in cues))
