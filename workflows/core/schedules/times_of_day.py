"""Times of day as hours, minutes and seconds, for the compiler: a set of times written without loss as products of ranges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from workflows.core.schedules import ranges, spec

_Shared = TypeVar("_Shared", bound=Hashable)


class Product(NamedTuple):
    """Every second of every minute of every hour that is named."""

    hour: tuple[spec.Range, ...]
    minute: tuple[spec.Range, ...]
    second: tuple[spec.Range, ...]


def products(times: Iterable[int]) -> list[Product]:
    """Seconds since midnight as products.

    >>> products([9 * 3600, 9 * 3600 + 1800, 10 * 3600, 10 * 3600 + 1800])
    [Product(hour=((9, 10, 1),), minute=((0, 0, 1), (30, 30, 1)), second=((0, 0, 1),))]
    """
    seconds: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for time in times:
        seconds[time // 3_600][time // 60 % 60].add(time % 60)
    by_hour = {
        hour: frozenset(
            (minutes, tuple(sorted(shared))) for shared, minutes in _inverted({minute: frozenset(ones) for minute, ones in inside.items()})
        )
        for hour, inside in seconds.items()
    }
    return [
        Product(ranges.of(hours), ranges.of(minutes), ranges.of(ones))
        for shared, hours in _inverted(by_hour)
        for minutes, ones in sorted(shared)
    ]


def _inverted(by_name: Mapping[int, _Shared]) -> list[tuple[_Shared, tuple[int, ...]]]:
    """Names by what they share, ascending by the first name."""
    found: dict[_Shared, list[int]] = defaultdict(list)
    for name, shared in sorted(by_name.items()):
        found[shared].append(name)
    return [(shared, tuple(names)) for shared, names in found.items()]
