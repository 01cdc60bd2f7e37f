"""Many questions at once: answers in order, not too many at a time, the first failure ends them."""

from __future__ import annotations

import asyncio

import pytest

from starter.schedules import together


async def test_answers_come_in_the_order_of_the_questions_some_at_a_time() -> None:
    asking = most = 0

    async def question(number: int) -> int:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        await asyncio.sleep(0.001 * (number % 3))
        asking -= 1
        return number * 2

    assert await together.ask(question, range(100)) == [number * 2 for number in range(100)]
    assert most == 20


async def test_first_failure_is_raised_and_the_rest_is_given_up() -> None:
    answered = []

    async def question(number: int) -> None:
        await asyncio.sleep(0)
        if number == 3:
            raise LookupError(number)
        answered.append(number)

    with pytest.raises(LookupError):
        await together.ask(question, range(100))
    assert len(answered) < 30


async def test_no_question_has_no_answer() -> None:
    assert await together.ask(asyncio.sleep, []) == []
