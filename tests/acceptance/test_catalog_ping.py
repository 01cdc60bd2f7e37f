"""`ordinaut catalog --ping` over the sandbox: every service that is called directly, with right credentials, wrong ones and none."""

from __future__ import annotations

import asyncio

import pytest

from activities import pings, settings
from starter import cli
from starter.sandbox import app, server
from tests import commands, reference_cases
from tests.acceptance import test_vendor_actions

DIRECT = [one for one in pings.services(reference_cases.TOOLS.values()) if one.tool.transport == "rest"]
EACH = pytest.mark.parametrize("service", DIRECT, ids=[one.name for one in DIRECT])
WORDS = {
    "github": "4987 of 5000 calls an hour left",
    "gitlab": "ordinaut-bot",
    "jira": "Ordinaut",
    "grafana": "organisation Sandbox",
    "hubspot": "account 62515",
    "maib.banking": "the consent is valid",
    "msteams": "Sandbox",
    "prometheus.push_gateway": "version 1.11.0",
    "prometheus.query": "version 3.5.0",
    "salesforce": "14998 of 15000 calls a day left",
    "slack": "ordinaut in Sandbox",
    "zendesk": "Sandbox, agent",
}
#: The vendor's own words for credentials that it refuses.
REFUSED = {
    "github": 'HTTP 401: "invalid_auth"; check GITHUB_TOKEN',
    "gitlab": 'HTTP 401: "401 Unauthorized"; check GITLAB_TOKEN',
    "jira": 'HTTP 401: "invalid_auth"; check JIRA_USERNAME and JIRA_API_TOKEN',
    "anthropic": 'HTTP 401: "invalid_auth"; check ANTHROPIC_API_KEY',
    "grafana": 'HTTP 401: "invalid_auth"; check GRAFANA_TOKEN',
    "hubspot": 'HTTP 401: "INVALID_AUTHENTICATION: invalid_auth"; check HUBSPOT_TOKEN',
    "maib.banking": 'HTTP 401: "CONSENT_INVALID: invalid_auth"; check MAIB_TOKEN',
    "maib.merchants": 'HTTP 401: "CONSENT_INVALID: invalid_auth"; check MAIB_MERCHANTS_TOKEN',
    "msign": 'HTTP 500: "AuthenticationFailed: invalid_auth"; check MSIGN_TOKEN',
    "msteams": 'HTTP 401: "InvalidAuthenticationToken: invalid_auth"; check MSTEAMS_ACCESS_TOKEN',
    "openai": 'HTTP 401: "invalid_auth"; check OPENAI_API_KEY',
    "salesforce": 'HTTP 401: "INVALID_SESSION_ID: invalid_auth"; check SALESFORCE_ACCESS_TOKEN',
    "sia": 'HTTP 401: "not_signed: invalid_auth"; check SIA_TOKEN',
    "slack": '"invalid_auth"; check SLACK_ACCESS_TOKEN',
    "sonarqube": '"the token is not valid"; check SONARQUBE_TOKEN',
    "zendesk": '"anonymous user: the credentials are not valid"; check ZENDESK_USERNAME and ZENDESK_API_TOKEN',
}


def variables(running: server.Running, credential: str) -> dict[str, str]:
    return {**app.endpoints(running.url), **dict.fromkeys(app.credentials(), credential), "MAIB_CONSENT_ID": "consent-1"}


async def ping(given: dict[str, str], *services: pings.Service, named: tuple[str, ...] = ()) -> list[pings.Answer]:
    return await pings.Pings(settings.Settings.from_mapping(given)).all(services, named)


@EACH
def test_each_service_that_is_called_directly_says_how_it_is_pinged_and_once(service: pings.Service) -> None:
    own = [address for address in service.addresses if "ping" in reference_cases.TOOLS[address].definition]
    assert own == [service.tool.address]


@EACH
async def test_right_credentials_work_and_the_request_is_one_that_the_vendor_describes(
    sandbox: server.Running, service: pings.Service
) -> None:
    (answer,) = await ping(variables(sandbox, "sandbox"), service)
    assert (answer.state, answer.said) == ("works", WORDS.get(service.name, ""))
    (request,) = [one.shown() for one in sandbox.sandbox.calls.items]
    if service.name != "hubspot":  # no package describes its account
        test_vendor_actions.judge(service.tool.service, request)


@EACH
async def test_wrong_credentials_are_refused_in_the_vendors_words_and_not_shown(sandbox: server.Running, service: pings.Service) -> None:
    (answer,) = await ping(variables(sandbox, "wrong-8f3c51d2"), service)
    if service.tool.service == "prometheus":  # asks nobody
        assert answer.state == "works"
        return
    assert (answer.state, answer.said) == ("refused", REFUSED[service.name])


@EACH
async def test_without_credentials_the_missing_variable_is_named_and_nothing_sent(sandbox: server.Running, service: pings.Service) -> None:
    (answer,) = await ping({}, service)
    assert answer.state == "not configured" and answer.missing
    assert all(any(letter.isupper() for letter in name) for name in answer.missing)
    assert sandbox.sandbox.calls.items == []


@EACH
async def test_a_service_that_is_not_there_is_unreachable(service: pings.Service) -> None:
    nobody = {name: "http://127.0.0.1:9/" for name in app.endpoints("http://127.0.0.1:9")}
    (answer,) = await ping({**nobody, **dict.fromkeys(app.credentials(), "sandbox"), "MAIB_CONSENT_ID": "c"}, service)
    assert answer.state == "unreachable"
    assert answer.said.startswith("http://127.0.0.1:9/") and "connection" in answer.said.lower()


@EACH
async def test_a_vendor_that_throttles_or_fails_is_not_said_to_work(sandbox: server.Running, service: pings.Service) -> None:
    names = list(app.VENDORS)
    sandbox.sandbox.faults.order({"service": service.tool.service, "kind": "429"}, names)
    (answer,) = await ping(variables(sandbox, "sandbox"), service)
    assert answer.state == "refused" and answer.said.endswith("; too many calls: ask again later")
    sandbox.sandbox.faults.order({"service": service.tool.service, "kind": "500"}, names)
    (answer,) = await ping(variables(sandbox, "sandbox"), service)
    assert answer.state == "unreachable" and answer.said


async def test_each_has_its_time_and_all_go_at_once(sandbox: server.Running) -> None:
    for service in {one.tool.service for one in DIRECT}:
        sandbox.sandbox.faults.order({"service": service, "kind": "stall", "times": 2}, list(app.VENDORS))
    made = pings.Pings(settings.Settings.from_mapping(variables(sandbox, "sandbox")), seconds=0.5)
    started = asyncio.get_running_loop().time()
    found = await made.all(DIRECT)
    assert asyncio.get_running_loop().time() - started < 5
    assert {one.state for one in found} == {"unreachable"}


async def test_a_consent_that_ended_is_told(sandbox: server.Running) -> None:
    banking = next(one for one in DIRECT if one.name == "maib.banking")
    (answer,) = await ping({**variables(sandbox, "sandbox"), "MAIB_CONSENT_ID": "expired"}, banking)
    assert (answer.state, answer.said) == ("refused", '"the consent is expired"; check MAIB_TOKEN')


async def test_graph_lets_in_who_may_not_read_the_organisation(sandbox: server.Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from starter.sandbox import api, msteams

    denied = api.Answer({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}, 403)
    monkeypatch.setitem(msteams.API, "GET /v1.0/organization", lambda request, memory: denied)  # type: ignore[arg-type]
    (answer,) = await ping(variables(sandbox, "sandbox"), next(one for one in DIRECT if one.name == "msteams"))
    assert (answer.state, answer.said) == ("works", "signed in; the name of the organisation may not be read")


async def test_the_command_says_a_line_for_each_and_ends_with_1_where_one_does_not_work(sandbox: server.Running) -> None:
    given = {**variables(sandbox, "sandbox"), "SONARQUBE_TOKEN": "wrong-8f3c51d2", "SONARQUBE_ACCESS_TOKEN": "wrong-8f3c51d2"}
    ended = await asyncio.to_thread(commands.ordinaut, "catalog", "--ping", variables=given)
    lines = ended.out.splitlines()
    assert ended.code == 1 and "wrong-8f3c51d2" not in ended.out + ended.err
    assert 'sonarqube                refused         "the token is not valid"; check SONARQUBE_TOKEN' in lines
    assert "slack                    works           ordinaut in Sandbox" in lines
    assert "database                 not configured  needs ORDINAUT_DATABASE_URL" in lines
    assert "works" in lines[-1] and "1 refused" in lines[-1]


async def test_the_command_names_some_and_answers_as_json(sandbox: server.Running) -> None:
    ended = await asyncio.to_thread(
        commands.ordinaut, "catalog", "--ping", "slack", "prometheus", "maib.merchants", "--json", variables=variables(sandbox, "sandbox")
    )
    assert ended.code == 0 and ended.json["ok"] is True
    assert [one["name"] for one in ended.json["services"]] == ["maib.merchants", "prometheus.push_gateway", "prometheus.query", "slack"]
    assert ended.json["services"][3] == {
        "service": "slack",
        "name": "slack",
        "addresses": ["slack.enterprise", "slack.post_message"],
        "state": "works",
        "said": "ordinaut in Sandbox",
        "missing": [],
    }


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["--ping", "slak"], 1, "ordinaut: no service or tool 'slak' that can be pinged; did you mean 'slack'?", id="misspelt"),
        pytest.param(["--ping", "system.sleep"], 1, "'ordinaut catalog' lists the tools", id="inside"),
        pytest.param(["slack.post_message", "maib.banking"], 2, "found 2 addresses, expected one, or --ping with them", id="two"),
    ],
)
def test_what_cannot_be_asked_for_is_said(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["catalog", *arguments]) == code
    assert said in capsys.readouterr().err


def test_nothing_configured_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["catalog", "--ping", "slack"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "slack                    not configured  needs SLACK_ACCESS_TOKEN or SLACK_BOT_TOKEN, or SLACK_CLIENT_ID and SLACK_CLIENT_SECRET"
    )
