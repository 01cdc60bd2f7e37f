"""Numbers as Temporal's ranges, for the compiler: as few as possible, since a schedule holds a limited number of bytes."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.core.schedules import spec


def of(numbers: Iterable[int]) -> tuple[spec.Range, ...]:
    """The numbers as ranges, ascending.

    >>> of([1, 2, 3, 10, 20, 30, 77])
    ((1, 3, 1), (10, 30, 10), (77, 77, 1))
    """
    ascending = sorted(set(numbers))
    found: list[spec.Range] = []
    start = 0
    while start < len(ascending):
        end = _run_end(ascending, start)
        step = ascending[start + 1] - ascending[start] if end > start else 1
        if end - start == 1 and step > 1:  # two numbers far apart: the second may begin a longer run
            end, step = start, 1
        found.append((ascending[start], ascending[end], step))
        start = end + 1
    return tuple(found)


def _run_end(ascending: list[int], start: int) -> int:
    """The index of the last number that is as far from the one before as the second is from the first."""
    if start + 1 >= len(ascending):
        return start
    step, end = ascending[start + 1] - ascending[start], start + 1
    while end + 1 < len(ascending) and ascending[end + 1] - ascending[end] == step:
        end += 1
    return end
