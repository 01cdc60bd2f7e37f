"""A connection that is ready for runs: what is missing stops, what should be mended is told."""

from __future__ import annotations

import pytest

from starter import connection, session
from workflows.core import errors

MISSING = errors.Problem("no-search-attribute", "the namespace lacks OrdinautStep", hint="add them: temporal operator ...")
SHORT = errors.Problem(
    "short-retention", "the namespace keeps runs for 3 days", hint="temporal operator namespace update", severity="warning"
)
BARE = errors.Problem("unchecked-service", "the service does not tell", severity="warning")


def service_with(monkeypatch: pytest.MonkeyPatch, *problems: errors.Problem) -> object:
    """A service that lacks this; gives its client."""
    client = object()

    async def connect(*_: object) -> object:
        return client

    async def check(found: object) -> list[errors.Problem]:
        assert found is client
        return list(problems)

    monkeypatch.setattr(connection, "connect", connect)
    monkeypatch.setattr(connection, "check_service", check)
    return client


async def test_ready_service_is_given(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    client = service_with(monkeypatch)
    assert await session.ready() is client
    assert capfd.readouterr() == ("", "")


async def test_warnings_are_told_on_stderr(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    client = service_with(monkeypatch, SHORT, BARE)
    assert await session.ready() is client
    assert capfd.readouterr() == (
        "",
        "warning: the namespace keeps runs for 3 days\n    temporal operator namespace update\nwarning: the service does not tell\n",
    )


async def test_what_is_missing_stops_with_the_command_that_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    service_with(monkeypatch, MISSING, SHORT)
    with pytest.raises(session.NotReady) as raised:
        await session.ready()
    assert str(raised.value) == "the namespace lacks OrdinautStep\n    add them: temporal operator ..."
    assert raised.value.kind == errors.INVALID_INPUT
