"""Counts wrong tokens by where they come from, for the sign-in form: whoever guesses has to wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

#: So many wrong ones within the window, then none are looked at until it is over.
MOST: Final = 20
WINDOW_SECONDS: Final = 60.0
_MOST_ADDRESSES: Final = 10_000


class WrongTokens:
    """A counter for each address, which begins anew with each window."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._counts: dict[str, tuple[float, int]] = {}  # since when, how many

    def seconds_to_wait(self, address: str) -> int:
        """0 where a token of this address may be looked at."""
        since, count = self._counts.get(address, (0.0, 0))
        left = since + WINDOW_SECONDS - self._clock()
        return max(1, round(left)) if count >= MOST and left > 0 else 0

    def add(self, address: str) -> None:
        """Counts a wrong one."""
        since, count = self._counts.get(address, (0.0, 0))
        if self._clock() - since >= WINDOW_SECONDS:
            since, count = self._clock(), 0
        self._counts[address] = (since, count + 1)
        if len(self._counts) > _MOST_ADDRESSES:
            self._counts.pop(next(iter(self._counts)))
