"""What the router compares before it troubles a run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from workflows.core import event_pins


@pytest.mark.parametrize(
    ("pins", "payload", "expected"),
    [
        pytest.param([], {"a": 1}, True, id="no pins"),
        pytest.param([[["issue", "key"], "OPS-1"]], {"issue": {"key": "OPS-1"}}, True, id="equal"),
        pytest.param([[["issue", "key"], "OPS-1"]], {"issue": {"key": "OPS-2"}}, False, id="another"),
        pytest.param([[["issue", "key"], "OPS-1"]], {"issue": {}}, False, id="missing"),
        pytest.param([[["a"], 1], [["b"], 2]], {"a": 1, "b": 3}, False, id="one of two"),
        pytest.param([[["n"], 1]], {"n": Decimal("1.0")}, True, id="a decimal of the same value"),
        pytest.param([[["list", "first"], 1]], {"list": [1]}, True, id="a list: the run decides"),
        pytest.param([[["a"], None]], {"a": None}, True, id="null"),
    ],
)
def test_an_event_may_fit_where_every_pin_is_equal(pins: list[Any], payload: dict[str, Any], expected: bool) -> None:
    assert event_pins.may_fit(pins, payload) is expected
