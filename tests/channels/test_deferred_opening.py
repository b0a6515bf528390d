"""Openings that are tried again: their reports, and the problem of a channel with two of them."""

import asyncio
from collections.abc import Awaitable, Callable

from impsy_tui.channels.deferred_opening import DeferredOpening
from impsy_tui.channels.stats import ErrorCounter
from impsy_tui.errors import UserError
from tests.support.channels.fake_listener import Hearing
from tests.support.engine.virtual_time import VirtualTime
from tests.support.waiting import until


def test_two_openings_of_a_channel_report_both_reasons_and_keep_the_one_that_stays() -> None:
    hearing = Hearing(VirtualTime().scheduler)
    troubles = ErrorCounter(hearing, "osc")
    reasons = {"port": "port 6001 is taken", "host": "no host is called synth"}

    def attempt(name: str) -> Callable[[], Awaitable[None]]:
        async def opens() -> None:
            if name in reasons:
                raise UserError(reasons[name])

        return opens

    async def run() -> None:
        openings = [DeferredOpening(attempt(name), troubles, lambda: None, retry=0.01) for name in reasons]
        for opening in openings:
            await opening.start()
        assert hearing.troubles == ["port 6001 is taken", "no host is called synth"]
        assert troubles.last == "no host is called synth"
        del reasons["host"]
        await until(lambda: troubles.last == "port 6001 is taken")
        del reasons["port"]
        await until(lambda: troubles.last == "")

    asyncio.run(run())
