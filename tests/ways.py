"""Authentication of single requests, for the tests of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities import authentication, exchange, settings
from tests import calls
from workflows.core import model

URL = "https://bank.example.com/v1/accounts?limit=5"


def tool(given: Mapping[str, Any], endpoint: str = "https://bank.example.com/v1", transport: str = "rest") -> model.Tool:
    """A tool that authenticates so."""
    return calls.tool(transport, endpoint=endpoint, rest={"path": "/accounts"}, authentication=dict(given))


def known(variables: Mapping[str, str]) -> settings.Settings:
    """The settings of these variables."""
    return settings.Settings.from_mapping({"XDG_STATE_HOME": "/nonexistent", **variables})


async def applied(
    given: Mapping[str, Any],
    variables: Mapping[str, str],
    body: bytes | None = None,
    url: str = URL,
    headers: Mapping[str, str] | None = None,
    required: bool = True,
) -> exchange.Request:
    """The request as it would be sent."""
    door = authentication.Door(known(variables))
    try:
        return await door.apply(tool(given), exchange.Request("POST", url, headers or {}, body), required)
    finally:
        await door.close()


def missing(given: Mapping[str, Any], variables: Mapping[str, str]) -> list[str]:
    """What is not configured."""
    return authentication.Door(known(variables)).missing(tool(given))
