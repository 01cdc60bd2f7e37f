"""A count of the work that one evaluation may do, so that no template can stall a worker. Counted, never timed: replay must agree."""

from __future__ import annotations

from workflows.core import errors, limits


class Budget:
    """What is left of the limits of one evaluation; every spend below zero raises LimitExceeded."""

    __slots__ = ("_handed_out", "_items", "_operations", "_text")

    def __init__(self) -> None:
        self._handed_out: list[Budget] = []
        self._operations = limits.MAX_OPERATIONS
        self._text = limits.MAX_TEXT_CHARS
        self._items = limits.MAX_VALUE_ITEMS

    def fresh(self) -> Budget:
        """A budget for the next evaluation; what it spends is counted here too."""
        self._handed_out.append(made := Budget())
        return made

    def take_work(self) -> int:
        """The work done with the budgets handed out since this was last asked, in operations; a text costs one for 32 characters."""
        work = sum(
            limits.MAX_OPERATIONS - one._operations + limits.MAX_VALUE_ITEMS - one._items + (limits.MAX_TEXT_CHARS - one._text) // 32
            for one in self._handed_out
        )
        self._handed_out.clear()
        return work

    def operations(self, count: int) -> None:
        """Spends loop rounds, look-ups, operators."""
        self._operations -= count
        if self._operations < 0:
            raise errors.LimitExceeded(
                f"this template needs more than {limits.MAX_OPERATIONS:,} operations (MAX_OPERATIONS)",
                "loop over fewer items, or let the database or a tool prepare the data",
            )

    def text(self, chars: int) -> None:
        """Spends characters of text made."""
        self._text -= chars
        if self._text < 0:
            raise text_too_long()

    def items(self, count: int) -> None:
        """Spends members of values made."""
        self._items -= count
        if self._items < 0:
            raise errors.LimitExceeded(
                f"this template makes a value with more than {limits.MAX_VALUE_ITEMS:,} members (MAX_VALUE_ITEMS)",
                "pass on only the fields that the step needs",
            )


def text_too_long() -> errors.LimitExceeded:
    """The error for a text above MAX_TEXT_CHARS, also for those who can tell before making it."""
    return errors.LimitExceeded(
        f"this template makes a text of more than {limits.MAX_TEXT_CHARS:,} characters (MAX_TEXT_CHARS)",
        "cut it with the filter truncate, or pass on fewer items",
    )
