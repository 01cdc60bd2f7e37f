"""Before a run starts, what its tools lack here is named: variables by name, never a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from activities import catalog, settings
from starter import credentials
from tests import authorities, calls
from workflows.core import model


def tools(*definitions: model.Tool) -> catalog.Catalog:
    return catalog.Catalog({tool.address: tool for tool in definitions})


def direct(address: str, **definition: Any) -> model.Tool:
    return calls.tool("rest", address, **{"endpoint": "https://a.example", "rest": {"path": "/a"}, **definition})


GITHUB = direct("github.issues", authentication={"type": "bearer_token", "secret": "GITHUB_TOKEN"})
MORE_GITHUB = direct("github.pulls", authentication={"type": "bearer_token", "secret": "GITHUB_TOKEN"})
JIRA = direct(
    "jira.issues", endpoint=None, endpoint_setting="JIRA_URL", authentication={"type": "basic_auth", "password_field": "api_token"}
)
DATABASE = calls.tool("database", "database.query")
BRIDGE = calls.bridge("http://slack-bridge:8093/tools", authentication={"type": "bearer_token"})
WAIT = "not set here: its calls fail unless the worker has it"


@pytest.mark.parametrize(
    ("used", "variables", "sentences"),
    [
        pytest.param([GITHUB], {}, [f"github needs GITHUB_TOKEN, {WAIT}"], id="a token"),
        pytest.param([GITHUB, MORE_GITHUB], {}, [f"github needs GITHUB_TOKEN, {WAIT}"], id="two tools of a service, one sentence"),
        pytest.param([GITHUB], {"GITHUB_TOKEN": "ghp_geheim"}, [], id="nothing"),
        pytest.param([DATABASE], {}, [f"database needs ORDINAUT_DATABASE_URL, {WAIT}"], id="a database"),
        pytest.param([BRIDGE], {}, [], id="a bridge has its own"),
        pytest.param(
            [JIRA],
            {"JIRA_USERNAME": "ana"},
            [f"jira needs JIRA_URL and JIRA_API_TOKEN, {WAIT}"],
            id="an address too",
        ),
    ],
)
def test_what_is_missing_is_named(used: list[model.Tool], variables: dict[str, str], sentences: list[str]) -> None:
    known = settings.Settings.from_mapping(variables)
    assert credentials.lacking([tool.address for tool in used], tools(*used), known) == sentences


@pytest.mark.parametrize(
    ("days", "sentences"),
    [
        pytest.param(100, [], id="long"),
        pytest.param(12.5, ["the certificate of bank ends in 12 days: have it renewed"], id="near its end"),
        pytest.param(-1.5, ["the certificate of bank is over: its calls fail"], id="over"),
    ],
)
def test_certificates_near_their_end_are_told(tmp_path: Path, days: float, sentences: list[str]) -> None:
    certificate, key = authorities.issue(authorities.authority(), "ordinaut", days=days).write(tmp_path, "client")
    known = settings.Settings.from_mapping({"BANK_CERTIFICATE_PATH": certificate, "BANK_PRIVATE_KEY_PATH": key})
    bank = direct("bank.accounts", authentication={"type": "mutual_tls"})
    assert credentials.lacking(["bank.accounts"], tools(bank), known) == sentences


def test_warnings_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    credentials.warn(["github.issues"], tools(GITHUB), settings.Settings.from_mapping({}))
    assert capsys.readouterr() == ("", f"warning: github needs GITHUB_TOKEN, {WAIT}\n")
