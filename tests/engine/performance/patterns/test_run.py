"""Computing the steps of one running pattern."""

from fractions import Fraction

from impsy_tui.engine.performance.patterns.cycles import SecondCycles
from impsy_tui.engine.performance.patterns.run import PatternRun, Target
from impsy_tui.language.patterns.events import PatternEvent, PatternValue
from impsy_tui.language.patterns.nodes import Atom, Node, Rest, Steps
from impsy_tui.language.patterns.pattern import CyclicPattern

STEPS = 256
CYCLE = 8.0
"""Seconds of a cycle."""


class CountedNode(Node):
    """Steps with the numbers 0 to 255; sums the lengths of its queries."""

    def __init__(self, sounding: int = STEPS) -> None:
        atoms = [Atom(float(number)) if number < sounding else Rest() for number in range(STEPS)]
        self.steps = Steps(tuple((Fraction(1), node) for node in atoms))
        self.queried = Fraction(0)

    @property
    def most(self) -> float:
        return STEPS

    def query(self, begin: Fraction, end: Fraction, seed: int) -> list[PatternEvent]:
        self.queried += end - begin
        return self.steps.query(begin, end, seed)


def started(node: Node, heard: list[PatternValue]) -> PatternRun:
    target = Target(("main", "temp", -1), None, lambda value, at: heard.append(value))
    pattern = CyclicPattern("", "", (node,))
    return PatternRun(pattern, SecondCycles(0.0, CYCLE), 0, {target.key: target}, lambda: 1, lambda run: None)


def test_start_late_in_a_cycle_computes_only_steps_nearby() -> None:
    heard: list[PatternValue] = []
    node = CountedNode()
    run = started(node, heard)
    run.begin(CYCLE * 250.5 / STEPS)
    assert heard == [250.0]
    assert node.queried <= Fraction(1, 8)
    run.sound(CYCLE * 251.5 / STEPS)
    assert heard == [250.0, 251.0]


def test_start_in_a_long_rest_sets_the_step_before_it() -> None:
    heard: list[PatternValue] = []
    run = started(CountedNode(sounding=3), heard)
    run.begin(CYCLE * 250.5 / STEPS)
    assert heard == [2.0]
