"""What vendors say about their rate limits, for the waits between tries and for metrics."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: A bare number above this is a Unix time, below it seconds that are left.
_EPOCH_FROM: Final = 1_000_000_000
_DURATION: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?", re.ASCII)
_USAGE: Final = re.compile(r"(\d{1,12})\s*/\s*(\d{1,12})", re.ASCII)

EPOCH: Final = "epoch"
SECONDS: Final = "seconds"
DURATION: Final = "duration"
TIME: Final = "time"


@dataclass(frozen=True, slots=True)
class Headers:
    """The names of a vendor's headers. `usage` holds "used/limit" in one; `reset_is` is "" where the number tells it by its size."""

    limit: str = ""
    remaining: str = ""
    reset: str = ""
    reset_is: str = ""
    usage: str = ""


#: The names that most vendors use; read where a definition names none.
STANDARD: Final = Headers("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
_DRAFT: Final = Headers("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one answer said: calls allowed, calls left, and when the count begins anew. None where it did not say."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime.datetime | None = None

    def wait_seconds(self, now: datetime.datetime) -> float | None:
        """Seconds until the count begins anew, where no call is left or the vendor does not say how many are."""
        if self.reset_at is None or self.remaining not in (None, 0):
            return None
        return max((self.reset_at - now).total_seconds(), 0.0)


class RateLimits:
    """The newest numbers by service, in memory; metrics read them."""

    def __init__(self) -> None:
        self._newest: dict[str, Numbers] = {}

    def note(self, service: str, numbers: Numbers | None) -> None:
        """Keeps what an answer said; None changes nothing."""
        if numbers is not None:
            self._newest[service] = numbers

    def newest(self) -> dict[str, Numbers]:
        """{"github": Numbers(limit=5000, remaining=4987, ...)}"""
        return dict(self._newest)


def read(names: Headers, headers: Mapping[str, str], now: datetime.datetime) -> Numbers | None:
    """The numbers in an answer's headers (names in lower case); None where it has none.

    >>> read(STANDARD, {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "12"}, datetime.datetime.now(datetime.UTC)).remaining
    12
    """
    found = _read(names, headers, now)
    return _read(_DRAFT, headers, now) if found is None and names is STANDARD else found


def _read(names: Headers, headers: Mapping[str, str], now: datetime.datetime) -> Numbers | None:
    limit, remaining = _integer(headers.get(names.limit.lower(), "")), _integer(headers.get(names.remaining.lower(), ""))
    if names.usage and (usage := _USAGE.search(headers.get(names.usage.lower(), ""))):
        limit = int(usage[2])
        remaining = max(limit - int(usage[1]), 0)
    reset_at = _moment(headers.get(names.reset.lower(), "").strip(), names.reset_is, now)
    return Numbers(limit, remaining, reset_at) if (limit, remaining, reset_at) != (None, None, None) else None


def _integer(text: str) -> int | None:
    """The number at the begin of a header: the standard's draft also writes `100, 100;w=60`."""
    found = re.match(r"\s*(\d{1,12})\b", text, re.ASCII)
    return int(found[1]) if found else None


def _moment(text: str, meaning: str, now: datetime.datetime) -> datetime.datetime | None:
    try:
        if meaning == TIME:
            time = datetime.datetime.fromisoformat(text)
            return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
        if meaning == DURATION:
            return now + datetime.timedelta(seconds=_duration(text))
        number = float(text) if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text, re.ASCII) else None
        if number is None:
            return None
        if meaning == EPOCH or (not meaning and number > _EPOCH_FROM):
            return datetime.datetime.fromtimestamp(number, datetime.UTC)
        return now + datetime.timedelta(seconds=number)
    except (ValueError, OverflowError, OSError):
        return None


def _duration(text: str) -> float:
    """`6m0s`, `1s`, `120ms` in seconds."""
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        raise ValueError("no duration")
    days, hours, minutes, seconds, thousandths = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds + thousandths / 1_000
