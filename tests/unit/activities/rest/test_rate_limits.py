"""Rate-limit headers: read in every vendor's form, the newest kept by service."""

from __future__ import annotations

import datetime

import pytest

from activities.rest import rate_limits
from tests import vendors

NOW = datetime.datetime(2026, 11, 23, 18, 0, tzinfo=datetime.UTC)
EPOCH = int(NOW.timestamp())


def in_seconds(seconds: float) -> datetime.datetime:
    return NOW + datetime.timedelta(seconds=seconds)


OPENAI = rate_limits.Headers("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "duration")
ANTHROPIC = rate_limits.Headers(reset="anthropic-ratelimit-requests-reset", reset_is="time", limit="anthropic-ratelimit-requests-limit")
SALESFORCE = rate_limits.Headers(usage="Sforce-Limit-Info")

READ = [
    pytest.param(
        rate_limits.STANDARD,
        {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4987", "x-ratelimit-reset": str(EPOCH + 90)},
        rate_limits.Numbers(5000, 4987, in_seconds(90)),
        id="github",
    ),
    pytest.param(
        rate_limits.STANDARD,
        {"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "0", "ratelimit-reset": "30"},
        rate_limits.Numbers(100, 0, in_seconds(30)),
        id="draft standard",
    ),
    pytest.param(
        OPENAI,
        {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "6m0s"},
        rate_limits.Numbers(60, 59, in_seconds(360)),
        id="openai",
    ),
    pytest.param(
        ANTHROPIC,
        {"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-reset": "2026-11-23T18:01:00Z"},
        rate_limits.Numbers(50, None, in_seconds(60)),
        id="anthropic",
    ),
    pytest.param(SALESFORCE, {"sforce-limit-info": "api-usage=18/5000"}, rate_limits.Numbers(5000, 4982, None), id="salesforce"),
    pytest.param(rate_limits.STANDARD, {"x-ratelimit-limit": "many", "x-other": "1"}, None, id="nonsense"),
    pytest.param(OPENAI, {"x-ratelimit-remaining": "5"}, None, id="other names than declared"),
    pytest.param(OPENAI, {"x-ratelimit-reset-requests": "9" * 30 + "s"}, None, id="beyond all time"),
]


@pytest.mark.parametrize(("names", "headers", "numbers"), READ)
def test_the_numbers_of_an_answer(names: rate_limits.Headers, headers: dict[str, str], numbers: rate_limits.Numbers | None) -> None:
    assert rate_limits.read(names, headers, NOW) == numbers


@pytest.mark.parametrize(("remaining", "wait"), [(0, 30.0), (None, 30.0), (5, None)])
def test_a_wait_only_where_no_call_is_left(remaining: int | None, wait: float | None) -> None:
    assert rate_limits.Numbers(10, remaining, in_seconds(30)).wait_seconds(NOW) == wait


def test_a_reset_that_is_past_is_no_wait() -> None:
    assert rate_limits.Numbers(10, 0, in_seconds(-5)).wait_seconds(NOW) == 0


def test_the_newest_numbers_are_kept_by_service() -> None:
    replies = [vendors.reply({}, x_ratelimit_limit="60", x_ratelimit_remaining=str(left)) for left in (59, 58)] + [vendors.reply({})]
    called = vendors.call({"method": "GET", "path": "/a"}, {"/a": replies}, effect="safe", times=3)
    assert called.activities.rate_limits() == {"bank": rate_limits.Numbers(60, 58, None)}


def test_a_refusal_is_noted_too() -> None:
    called = vendors.call({"path": "/a"}, {"/a": vendors.reply({}, 429, x_ratelimit_remaining="0")})
    assert called.activities.rate_limits()["bank"].remaining == 0
