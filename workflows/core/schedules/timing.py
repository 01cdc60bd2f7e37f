"""What a document says of when its pipeline runs, for the compiler, the commands and the schedule's memo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

RRULE: Final = "rrule"
CRON: Final = "cron"
ONCE: Final = "once"
MANUAL: Final = "manual"
EVENT: Final = "event"

RUN: Final = "run"  # a time on such a day is kept
SKIP: Final = "skip"
NEXT: Final = "next_business_day"
PREVIOUS: Final = "previous_business_day"
MOVES: Final = (RUN, SKIP, NEXT, PREVIOUS)

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Timing:
    """When runs are due; nothing here needs a server.

    >>> Timing("rrule", "FREQ=MONTHLY;BYMONTHDAY=20;BYHOUR=9", "Europe/Chisinau", holidays=("MD",), on_holiday="next_business_day")
    """

    kind: str  # RRULE, CRON, ONCE, MANUAL, EVENT
    expr: str = ""  # RFC 5545 lines, a cron expression, an ISO 8601 time, or the event's type
    timezone: str = "UTC"  # IANA
    #: Codes of the package `holidays` ("MD", "US-CA") and ISO dates ("2026-12-31"), both as often as one likes.
    holidays: tuple[str, ...] = ()
    on_holiday: str = RUN
    on_weekend: str = RUN
    weekend: tuple[str, ...] = ("SA", "SU")
    #: 5: each month in which the rule has a time runs on its fifth business day, at the rule's time of day; -1 its last.
    business_day: int | None = None
    start_at: str = ""  # ISO 8601, in the time zone where it has no offset; inclusive
    end_at: str = ""

    @property
    def is_timeless(self) -> bool:
        """Whether no run is ever due: somebody, or an event, starts each."""
        return self.kind in (MANUAL, EVENT)

    @property
    def moves(self) -> bool:
        """Whether a business calendar has a say."""
        return self.business_day is not None or self.on_weekend != RUN or (self.on_holiday != RUN and bool(self.holidays))

    def as_json(self) -> dict[str, Any]:
        """All fields, lists for tuples: what the memo keeps and digests are made of."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Timing:
        """The inverse; keys of a newer version are left out."""
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in document.items() if key in known}
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Policies:
    """How the runs of a schedule behave beside when they are due. Times in seconds."""

    overlap: str = "buffer_all"
    catchup_window: int = 7 * 86_400
    jitter: int = 0
    pause_on_failure: bool = False
    max_runs: int | None = None
    timeout: int | None = None  # of a run, all in all
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)


OVERLAPS: Final = ("skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all")
