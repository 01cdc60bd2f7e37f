"""Secrets in outputs: taken out wherever they stand, and nothing else is touched."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from activities import secrets

TOKEN = "xoxb-1234567890123"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(TOKEN, "***", id="alone"),
        pytest.param({"a": [{"b": f"Bearer {TOKEN}!"}, 1]}, {"a": [{"b": "Bearer ***!"}, 1]}, id="deep inside"),
        pytest.param({f"x-{TOKEN}": None}, {"x-***": None}, id="in a key"),
        pytest.param([TOKEN + TOKEN, TOKEN[:-1]], ["******", TOKEN[:-1]], id="twice, and a part of it"),
    ],
)
def test_a_secret_is_taken_out_of_an_output(value: Any, expected: Any) -> None:
    assert secrets.without(value, ["never there, but long", TOKEN]) == expected


@pytest.mark.parametrize("value", [None, True, 7, Decimal("1.50"), "short", ["sandbox"], {"word": "password1234567"}])
def test_an_output_without_secrets_is_the_same_object(value: Any) -> None:
    assert secrets.without(value, [TOKEN, "sandbox", "short", "password1234567"]) is value
