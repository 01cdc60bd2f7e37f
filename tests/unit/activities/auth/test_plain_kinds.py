"""Bearer tokens, user and password, API keys: where they stand in a request, which variable they come from, what is missing."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from activities import authentication, exchange
from tests import ways
from workflows.core import errors


@pytest.mark.parametrize(
    ("given", "variables", "headers"),
    [
        pytest.param({"type": "bearer_token"}, {"BANK_TOKEN": "t0ken"}, {"Authorization": "Bearer t0ken"}, id="bearer"),
        pytest.param({"type": "bearer_token"}, {"BANK_API_KEY": "k3y-1"}, {"Authorization": "Bearer k3y-1"}, id="bearer by another ending"),
        pytest.param(
            {"type": "bearer_token", "header_name": "PRIVATE-TOKEN", "token_prefix": ""},
            {"BANK_TOKEN": "t0ken"},
            {"PRIVATE-TOKEN": "t0ken"},
            id="bearer in a header of its own",
        ),
        pytest.param({"type": "bearer_token", "secret": "OTHER"}, {"OTHER": "t0ken"}, {"Authorization": "Bearer t0ken"}, id="named secret"),
        pytest.param({"type": "api_key"}, {"BANK_API_KEY": "k3y-1"}, {"X-API-Key": "k3y-1"}, id="key"),
        pytest.param(
            {"type": "api_key", "header_name": "x-api-key"}, {"BANK_KEY": "k3y-1"}, {"x-api-key": "k3y-1"}, id="key in a named header"
        ),
        pytest.param(
            {"type": "basic_auth", "password_field": "api_token", "username_suffix": "/token"},
            {"BANK_USERNAME": "ana@example.com", "BANK_API_TOKEN": "t0ken"},
            {"Authorization": f"Basic {base64.b64encode(b'ana@example.com/token:t0ken').decode()}"},
            id="basic",
        ),
        pytest.param(
            {"type": "bearer_token", "or": [{"type": "api_key"}]}, {"BANK_KEY": "k3y-1"}, {"X-API-Key": "k3y-1"}, id="the other way"
        ),
        pytest.param({"type": "none"}, {}, {}, id="none"),
        pytest.param({"type": "bearer_token", "or": [{"type": "none"}]}, {}, {}, id="none as the last way"),
        pytest.param(
            {"type": "bearer_token", "or": [{"type": "none"}]},
            {"BANK_TOKEN": "t0ken"},
            {"Authorization": "Bearer t0ken"},
            id="a way before none",
        ),
    ],
)
async def test_what_is_sent(given: dict[str, Any], variables: dict[str, str], headers: dict[str, str]) -> None:
    sent = await ways.applied(given, variables)
    assert (dict(sent.headers), sent.url) == (headers, ways.URL)


async def test_a_secret_takes_the_place_of_a_header_that_a_definition_made() -> None:
    sent = await ways.applied({"type": "api_key"}, {"BANK_KEY": "k3y-1"}, headers={"x-api-KEY": "mine", "Accept": "text/plain"})
    assert dict(sent.headers) == {"Accept": "text/plain", "X-API-Key": "k3y-1"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://a.example/v1?limit=5", "https://a.example/v1?limit=5&api_key=s%3D%263cr%20t", id="behind the others"),
        pytest.param("https://a.example/v1", "https://a.example/v1?api_key=s%3D%263cr%20t", id="alone"),
        pytest.param(
            "https://a.example/v1?api_key=mine&a=1&api%5Fkey=x",
            "https://a.example/v1?a=1&api_key=s%3D%263cr%20t",
            id="instead of a template's",
        ),
    ],
)
async def test_a_key_in_the_query(url: str, expected: str) -> None:
    assert (await ways.applied({"type": "api_key", "query_name": "api_key"}, {"BANK_KEY": "s=&3cr t"}, url=url)).url == expected


@pytest.mark.parametrize(
    ("given", "variables", "missing"),
    [
        pytest.param({"type": "bearer_token"}, {}, ["BANK_TOKEN or BANK_BOT_TOKEN or BANK_API_TOKEN or BANK_API_KEY"], id="bearer"),
        pytest.param({"type": "api_key", "secret": "KEY"}, {}, ["KEY"], id="key"),
        pytest.param({"type": "basic_auth"}, {}, ["BANK_USERNAME", "BANK_PASSWORD"], id="basic"),
        pytest.param({"type": "basic_auth"}, {"BANK_USERNAME": "ana"}, ["BANK_PASSWORD"], id="half of basic"),
        pytest.param({"type": "basic_auth"}, {"BANK_USERNAME": "ana", "BANK_PASSWORD": "pass"}, [], id="nothing"),
        pytest.param(
            {"type": "basic_auth", "or": [{"type": "bearer_token", "secret": "TOKEN"}]},
            {},
            ["BANK_USERNAME and BANK_PASSWORD, or TOKEN"],
            id="two ways",
        ),
        pytest.param(
            {"type": "basic_auth", "or": [{"type": "bearer_token", "secret": "TOKEN"}]}, {"TOKEN": "t0ken"}, [], id="one of two ways"
        ),
        pytest.param({"type": "none"}, {}, [], id="none needed"),
        pytest.param({"type": "basic_auth", "or": [{"type": "none"}]}, {"BANK_USERNAME": "ana"}, [], id="none as the last way"),
    ],
)
def test_what_is_missing_is_named(given: dict[str, Any], variables: dict[str, str], missing: list[str]) -> None:
    assert ways.missing(given, variables) == missing


async def test_a_call_without_its_secret_is_not_sent() -> None:
    with pytest.raises(errors.ToolError) as caught:
        await ways.applied({"type": "basic_auth"}, {"BANK_USERNAME": "ana"})
    assert (caught.value.kind, caught.value.message) == (
        "invalid input",
        "bank needs BANK_PASSWORD, which is not set; set it in the worker's environment, or NAME_FILE to a file that holds it",
    )


async def test_a_bridge_gets_what_there_is_and_nothing_is_wanted_for_it() -> None:
    assert (await ways.applied({"type": "basic_auth"}, {"BANK_USERNAME": "ana"}, required=False)).headers == {}
    signed = {"type": "custom", "method": "maib_signature"}
    assert (await ways.applied(signed, {"BANK_SIGNATURE_KEY": "geheim"}, b'{"a": 1}', required=False)).headers == {}


@pytest.mark.parametrize("kind", ["bearer_token", "api_key"])
async def test_a_secret_that_would_add_a_header_is_refused(kind: str) -> None:
    with pytest.raises(errors.ToolError, match=r"^the secret of bank holds a character that no HTTP header can carry$"):
        await ways.applied({"type": kind}, {"BANK_API_KEY": "k3y\nX-Evil: 1"})


async def test_a_secret_file_that_is_written_anew_is_taken_up(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first-token\n")
    door = authentication.Door(ways.known({"BANK_TOKEN_FILE": str(file)}))
    unsigned = exchange.Request("GET", ways.URL, {})
    first = await door.apply(ways.tool({"type": "bearer_token"}), unsigned)
    file.write_text("second-token\n")
    second = await door.apply(ways.tool({"type": "bearer_token"}), unsigned)
    assert [sent.headers["Authorization"] for sent in (first, second)] == ["Bearer first-token", "Bearer second-token"]
    assert door._settings.mask("first-token, second-token") == "***, ***"
