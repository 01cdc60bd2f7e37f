"""Wrong tokens are counted by address, for a minute."""

from __future__ import annotations

from starter.page import wrong_tokens
from tests import page


def test_after_twenty_nobody_is_heard_from_there_until_the_minute_is_over() -> None:
    clock = page.Clock()
    counted = wrong_tokens.WrongTokens(clock)
    for _ in range(20):
        assert counted.seconds_to_wait("10.0.0.1") == 0
        counted.add("10.0.0.1")
    clock.seconds += 15
    assert (counted.seconds_to_wait("10.0.0.1"), counted.seconds_to_wait("10.0.0.2")) == (45, 0)
    clock.seconds += 45
    assert counted.seconds_to_wait("10.0.0.1") == 0
    counted.add("10.0.0.1")
    assert counted.seconds_to_wait("10.0.0.1") == 0


def test_memory_is_bounded() -> None:
    counted = wrong_tokens.WrongTokens(page.Clock())
    for number in range(10_050):
        counted.add(f"2001:db8::{number:x}")
    assert len(counted._counts) == 10_000
