"""Whole performances: anything at any time, and the same again."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from impsy_tui import modes
from tests.support.engine.scripted_players import Band


class Performance(RuleBasedStateMachine):
    """Anything a performer can do, in any order, at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.band = Band("callresponse", threshold=0.5, dt=0.07)

    @rule(values=st.floats(0, 1))
    def play(self, values: float) -> None:
        self.band.play(values)

    @rule(seconds=st.floats(0, 2))
    def wait(self, seconds: float) -> None:
        self.band.wait(seconds)

    @rule(seconds=st.floats(0, 20))
    def stall(self, seconds: float) -> None:
        before = len(self.band.out.played)
        self.band.time.stall(seconds)
        assert len(self.band.out.played) - before <= 4

    @rule(mode=st.sampled_from(list(modes.MODES)))
    def mode(self, mode: str) -> None:
        self.band.part.set_value("mode", mode)

    @rule(
        what=st.sampled_from(["pause", "resume", "panic", "take", "give", "reset"]),
    )
    def command(self, what: str) -> None:
        target = self.band.part if what in ("take", "give", "reset") else self.band.session
        getattr(target, what)()

    @rule(factor=st.floats(0, 4))
    def timescale(self, factor: float) -> None:
        self.band.part.set_value("timescale", factor)

    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.band.session.holding("in", held, self.band.time.time)

    @rule(dt=st.floats(0.001, 3))
    def load(self, dt: float) -> None:
        self.band.seat.change_player(type(self.band.player)(dt=dt))

    @invariant()
    def nothing_fails(self) -> None:
        assert not self.band.time.errors

    @invariant()
    def what_is_silent_is_silent(self) -> None:
        part = self.band.part
        if part.paused or part.settings.mode == "useronly":
            assert part.upcoming is None
            last = self.band.out.said[-1][1] if self.band.out.said else "silence"
            assert last in ("silence", "panic")

    @invariant()
    def a_free_player_always_has_something_coming(self) -> None:
        part = self.band.part
        if part.mode.free_runs and not part.paused:
            assert part.upcoming is not None


TestPerformance = Performance.TestCase
TestPerformance.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 1)), max_size=30))
def test_the_same_performance_is_played_twice(events: list[tuple[float, float]]) -> None:
    said = []
    for _ in range(2):
        band = Band("callresponse", threshold=0.2, dt=0.03)
        for gap, value in events:
            band.wait(gap)
            band.play(value)
        band.wait(1)
        said.append(band.out.said)
    assert said[0] == said[1]
