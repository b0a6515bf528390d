"""Set timer."""

from impsy_tui.engine.server.set_timer import SetTimer


def test_timer_counts_while_it_runs_and_continues() -> None:
    now = 10.0
    watch = SetTimer(lambda: now)
    now = 20.0
    assert (watch.seconds, watch.runs) == (0.0, False)
    watch.start()
    now = 25.0
    watch.start()  # it runs already
    assert (watch.seconds, watch.runs) == (5.0, True)
    watch.stop()
    now = 30.0
    watch.stop()
    assert watch.seconds == 5.0
    watch.start()
    now = 31.0
    assert watch.seconds == 6.0


def test_reset_leaves_it_running_if_it_ran() -> None:
    now = 0.0
    watch = SetTimer(lambda: now)
    watch.start()
    now = 7.0
    watch.reset()
    assert (watch.seconds, watch.runs) == (0.0, True)
    now = 8.0
    watch.stop()
    assert watch.seconds == 1.0
    watch.reset()
    assert (watch.seconds, watch.runs) == (0.0, False)
