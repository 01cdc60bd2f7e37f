"""Payloads as pipelines read them."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.core import event_payload, run


@pytest.mark.parametrize(
    ("event_type", "payload", "expected"),
    [
        pytest.param(
            "gitlab.merge_request.opened",
            {"user": "ana", "object_attributes": {"iid": 7, "user": "ion"}},
            {"user": "ana", "object_attributes": {"iid": 7, "user": "ion"}, "iid": 7},
            id="what the top has stays",
        ),
        pytest.param(
            "github.pull_request.opened", {"object_attributes": {"iid": 7}}, {"object_attributes": {"iid": 7}}, id="another sender"
        ),
        pytest.param("gitlab.push", {"object_attributes": [1]}, {"object_attributes": [1]}, id="no object"),
        pytest.param("gitlab.push", {}, {}, id="empty"),
    ],
)
def test_object_attributes_of_gitlab_are_at_the_top(event_type: str, payload: dict[str, Any], expected: dict[str, Any]) -> None:
    before = repr(payload)
    assert event_payload.seen(event_type, payload) == expected == run.event_view(event_type, payload)
    assert repr(payload) == before
