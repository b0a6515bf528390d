"""Short-lived processes that are asked things."""

import asyncio

import pytest

from impsy_tui.engine.helpers import HelperProblem, ask_helper


def test_what_is_printed_is_the_answer_and_what_fails_is_told() -> None:
    assert b"Namespaces" in asyncio.run(ask_helper("this"))
    with pytest.raises(HelperProblem, match=r"none failed: .*No module named"):
        asyncio.run(ask_helper("impsy_tui.none"))


def test_a_flood_of_questions_is_no_flood_of_processes() -> None:
    async def flood() -> list[bytes | BaseException]:
        return await asyncio.gather(*(ask_helper("this") for _ in range(50)), return_exceptions=True)

    answers = asyncio.run(flood())
    refused = [str(answer) for answer in answers if isinstance(answer, HelperProblem)]
    assert len(refused) == 14  # four are asked, and 32 wait
    assert "too much is asked for at once" in refused[0]
    assert sum(isinstance(answer, bytes) for answer in answers) == 36
