"""Single moments for Temporal, which knows calendars and intervals only, for the compiler: an interval that is due once before 2101."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Final

from workflows.core.schedules import spec

#: Temporal's schedules end with the year 2100.
END: Final = int(datetime.datetime(spec.LAST_YEAR + 1, 1, 1, tzinfo=datetime.UTC).timestamp())
#: From here on twice a moment lies behind the end.
_ONCE_FROM: Final = END // 2 + 1
#: The second time of an interval for an earlier moment comes from here on.
SECOND_TIME: Final = datetime.datetime(2070, 1, 1, tzinfo=datetime.UTC)

#: Keeps a schedule listed whose times are over: Temporal closes one that has none to come.
PLACEHOLDER: Final = datetime.datetime(spec.LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)


def intervals(moments: Iterable[datetime.datetime], spare_second: int | None) -> tuple[spec.Interval, ...]:
    """An interval for each moment (UTC), ascending.

    An interval counts from 1970. Of a moment T the length T is due at T and at 2T, which for T after 2035 lies behind the end. For an
    earlier T the second time is put at `spare_second` of its minute, which `skip` then takes away; None where `end_at` cuts it off.
    """
    return tuple(_interval(int(moment.timestamp()), spare_second) for moment in sorted(set(moments)))


def _interval(moment: int, spare_second: int | None) -> spec.Interval:
    if moment >= _ONCE_FROM or spare_second is None:
        return spec.Interval(moment)
    offset = (2 * moment - spare_second) % 60
    return spec.Interval(moment - offset, offset)


def needs_spare_second(moments: Iterable[datetime.datetime]) -> bool:
    """Whether one of them has a second time before the end."""
    return any(int(moment.timestamp()) < _ONCE_FROM for moment in moments)


def skipped(second: int) -> spec.Calendar:
    """This second of every minute, for `skip`."""
    return spec.Calendar(second=((second, second, 1),), minute=spec.ALL_MINUTES, hour=spec.ALL_HOURS)
