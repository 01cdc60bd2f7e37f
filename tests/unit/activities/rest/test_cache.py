"""The cache of safe calls: what is the same call, how long it is kept, and its bounds."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from activities import exchange
from activities.rest import cache
from activities.transports import base
from tests import calls, vendors

REST = {"method": "GET", "path": "/rates/${arguments.day}"}


def called(times: int = 2, **more: Any) -> vendors.Called:
    replies = [vendors.reply({"n": number}) for number in range(1, 9)]
    arguments = {"day": "today"}
    return vendors.call(REST, {"/rates/today": replies}, arguments, effect="safe", times=times, **{"cache_ttl_seconds": 60, **more})


def test_a_second_call_is_answered_from_what_was_kept_and_says_so() -> None:
    found = called()
    assert (found.whole, len(found.requests)) == ({"output": {"n": 1}, "cached_seconds": 0}, 1)


def test_a_first_call_says_nothing_of_it() -> None:
    assert called(times=1).whole == {"output": {"n": 1}}


def test_without_a_time_nothing_is_kept() -> None:
    assert called(cache_ttl_seconds=0).output == {"n": 2}


def test_after_its_time_it_is_asked_again() -> None:
    assert called(cache_ttl_seconds=0.000_001).output == {"n": 2}


def test_a_failure_is_not_kept() -> None:
    replies = [vendors.reply({}, 503), vendors.reply({"n": 1})]
    found = vendors.call({"method": "GET", "path": "/a"}, {"/a": replies}, effect="safe", times=2, cache_ttl_seconds=60)
    assert found.whole == {"output": {"n": 1}}


def key(**changes: Any) -> str:
    made = calls.tool("rest", endpoint="http://a.example")
    request = exchange.Request(
        "GET", changes.pop("url", "http://a.example/x"), changes.pop("headers", {"Accept": "a"}), changes.pop("body", None)
    )
    fields: dict[str, Any] = {"tool": made, "action": "get", "arguments": {"day": 1}, "effect": "safe", "key": "k", "run": "r", "step": "s"}
    tool_changes = {name: changes.pop(name) for name in ("digest", "address") if name in changes}
    call = base.Call(**{**fields, "deadline": 1.0, **changes, "tool": dataclasses.replace(made, **tool_changes)})
    return cache.key_of(call, request)


OTHERS = [
    pytest.param({"arguments": {"day": 2}}, id="arguments"),
    pytest.param({"action": "list"}, id="action"),
    pytest.param({"digest": "f" * 12}, id="definition"),
    pytest.param({"address": "bank.other"}, id="tool"),
    pytest.param({"headers": {"Accept": "a", "Authorization": "Bearer other"}}, id="credentials"),
    pytest.param({"url": "http://b.example/x"}, id="endpoint"),
    pytest.param({"body": b"{}"}, id="body"),
]


@pytest.mark.parametrize("changes", OTHERS)
def test_another_call_has_another_key(changes: dict[str, Any]) -> None:
    assert key(**changes) != key()


@pytest.mark.parametrize("changes", [{"run": "other"}, {"step": "other"}, {"key": "other"}, {"deadline": 5.0}])
def test_the_same_call_of_another_run_has_the_same_key(changes: dict[str, Any]) -> None:
    assert key(**changes) == key()


def test_a_key_holds_no_secret() -> None:
    assert len(key(headers={"Authorization": "Bearer s3cret"})) == 64


def test_the_cache_is_bounded_and_drops_what_was_used_longest_ago() -> None:
    made = cache.Cache(max_entries=2)
    for name in ("a", "b"):
        made.keep(name, base.Answer(name), 60, 0.0)
    assert made.get("a", 1.0) is not None
    made.keep("c", base.Answer("c"), 60, 2.0)
    assert [made.get(name, 5.0) is not None for name in ("a", "b", "c")] == [True, False, True]


def test_the_cache_is_bounded_by_bytes_and_keeps_no_giant() -> None:
    made = cache.Cache(max_bytes=250)
    for name in ("a", "b", "c"):
        made.keep(name, base.Answer("x" * 98), 60, 0.0)
    assert [made.get(name, 0.0) is not None for name in ("a", "b", "c")] == [False, True, True]
    made.keep("giant", base.Answer("x" * cache.MAX_OUTPUT_BYTES), 60, 0.0)
    assert made.get("giant", 0.0) is None and made.get("c", 0.0) is not None


def test_age_and_end_are_counted() -> None:
    made = cache.Cache()
    made.keep("a", base.Answer(1, ["w"]), 60, 100.0)
    assert made.get("a", 130.9) == base.Answer(1, ["w"], 30)
    assert made.get("a", 160.0) is None
