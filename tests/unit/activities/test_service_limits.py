"""Limits of services: how the environment writes them, how they read, whose word holds."""

from __future__ import annotations

import pytest

from activities import catalog as catalog_module
from activities import exchange, service_limits
from activities import settings as settings_module

SLACK = service_limits.ServiceLimit("slack", service_limits.Rate(1, "second"), 50, "Slack says so")


@pytest.mark.parametrize(
    ("text", "words", "per_second"),
    [
        pytest.param("50/minute", "50 calls a minute", 50 / 60, id="minute"),
        pytest.param("1 / Second", "1 call a second", 1.0, id="blanks and capitals"),
        pytest.param("5000/hour", "5,000 calls an hour", 5000 / 3600, id="hour"),
        pytest.param("100000/day", "100,000 calls a day", 100000 / 86400, id="day"),
    ],
)
def test_reads_a_rate(text: str, words: str, per_second: float) -> None:
    rate = service_limits.parse(text)
    assert rate is not None
    assert (str(rate), rate.per_second) == (words, pytest.approx(per_second))


def test_none_lifts_the_limit() -> None:
    assert service_limits.parse("None") is None


@pytest.mark.parametrize("text", ["0/second", "5", "-1/second", "1.5/second", "5/week", "5/", "fast", "٥/second"])
def test_the_settings_refuse_what_is_no_rate(text: str) -> None:
    with pytest.raises(settings_module.SettingsError) as caught:
        settings_module.Settings.from_mapping({"ORDINAUT_RATE_LIMIT_SLACK": text})
    assert caught.value.problems == (
        f"ORDINAUT_RATE_LIMIT_SLACK: found {text!r}, expected a number of calls and a time such as 50/minute (second, minute, hour, day), or none",
    )


def test_the_settings_refuse_a_rate_of_no_service() -> None:
    with pytest.raises(settings_module.SettingsError) as caught:
        settings_module.Settings.from_mapping({"ORDINAUT_RATE_LIMIT_": "1/second"})
    assert caught.value.problems == ("ORDINAUT_RATE_LIMIT_: the name lacks the service, such as ORDINAUT_RATE_LIMIT_SLACK",)


def test_the_environment_goes_before_the_catalog() -> None:
    settings = settings_module.Settings.from_mapping({"ORDINAUT_RATE_LIMIT_SLACK": "90/minute", "ORDINAUT_RATE_LIMIT_MY_DESK": "none"})
    found = service_limits.limited(SLACK, settings.rate_limits)
    assert found.as_json() == {
        "task_queue": "tools.slack",
        "calls": 90,
        "per": "minute",
        "calls_at_once": 50,
        "source": "ORDINAUT_RATE_LIMIT_SLACK",
    }
    desk = service_limits.limited(service_limits.ServiceLimit("my-desk", service_limits.Rate(1, "day")), settings.rate_limits)
    assert (desk.rate, desk.as_json()["calls"], desk.calls_at_once) == (None, None, 20)
    assert service_limits.limited(SLACK, {}) is SLACK


def test_shipped_services_have_connections_for_their_calls_and_say_where_their_numbers_come_from() -> None:
    for limit in catalog_module.load([catalog_module.shipped_folder()]).limits.values():
        pool = exchange.SERVICE_LIMITS.get(limit.service, exchange.DEFAULT_LIMITS)
        assert pool.max_connections is not None and limit.calls_at_once <= pool.max_connections
        assert limit.source
