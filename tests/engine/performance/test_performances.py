"""Whole performances of random commands, and their exact repetition."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from impsy_tui import modes
from tests.support.engine.scripted_players import ScriptedSession


class Performance(RuleBasedStateMachine):
    """Carries out random commands in random order at random times."""

    def __init__(self) -> None:
        super().__init__()
        self.virtual = ScriptedSession("callresponse", threshold=0.5, dt=0.07)

    @rule(values=st.floats(0, 1))
    def play(self, values: float) -> None:
        self.virtual.play(values)

    @rule(seconds=st.floats(0, 2))
    def wait(self, seconds: float) -> None:
        self.virtual.wait(seconds)

    @rule(seconds=st.floats(0, 20))
    def stall(self, seconds: float) -> None:
        before = len(self.virtual.out.played)
        self.virtual.time.stall(seconds)
        assert len(self.virtual.out.played) - before <= 4

    @rule(mode=st.sampled_from(list(modes.MODES)))
    def mode(self, mode: str) -> None:
        self.virtual.behaviour.set_value("mode", mode)

    @rule(
        what=st.sampled_from(["pause", "resume", "panic", "take", "give", "reset"]),
    )
    def command(self, what: str) -> None:
        target = self.virtual.behaviour if what in ("take", "give", "reset") else self.virtual.session
        getattr(target, what)()

    @rule(factor=st.floats(0, 4))
    def timescale(self, factor: float) -> None:
        self.virtual.behaviour.set_value("timescale", factor)

    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.virtual.session.holding("in", held, self.virtual.time.time)

    @rule(dt=st.floats(0.001, 3))
    def load(self, dt: float) -> None:
        self.virtual.player.change_predictor(type(self.virtual.predictor)(dt=dt))

    @invariant()
    def nothing_fails(self) -> None:
        assert not self.virtual.time.errors

    @invariant()
    def what_is_silent_is_silent(self) -> None:
        behaviour = self.virtual.behaviour
        if behaviour.paused or behaviour.settings.mode == "useronly":
            assert behaviour.upcoming is None
            last = self.virtual.out.said[-1][1] if self.virtual.out.said else "silence"
            assert last in ("silence", "panic")

    @invariant()
    def a_free_player_always_has_something_coming(self) -> None:
        behaviour = self.virtual.behaviour
        if behaviour.mode.free_runs and not behaviour.paused:
            assert behaviour.upcoming is not None


TestPerformance = Performance.TestCase
TestPerformance.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 1)), max_size=30))
def test_performance_with_one_seed_repeats_exactly(events: list[tuple[float, float]]) -> None:
    said = []
    for _ in range(2):
        virtual = ScriptedSession("callresponse", threshold=0.2, dt=0.03)
        for gap, value in events:
            virtual.wait(gap)
            virtual.play(value)
        virtual.wait(1)
        said.append(virtual.out.said)
    assert said[0] == said[1]
