"""What tools need from the environment: found in one place, named before a vendor refuses."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from activities import authentication, configuration, pings
from activities import settings as settings_module
from tests import calls
from tests.unit.activities.test_catalog_rest import actions, get, told
from workflows.core import model

VARIABLES = {
    "BANK_CONSENT": {"description": "the owner's consent", "required": ["read"]},
    "BANK_SITE": {"description": "number of the site", "required": True},
    "BANK_PATH": "path; v1 where not set",
}


def bank(**more: Any) -> model.Tool:
    """A bank that needs its site always, and a consent to read."""
    own = {name: {"effect": "safe", "rest": {"path": "/${settings.BANK_SITE}"}} for name in ("read", "pay")}
    given = {"endpoint": "http://127.0.0.1:9", "actions": own, "configuration": VARIABLES, **more}
    made = calls.tool("rest", "bank.accounts", **given)
    return dataclasses.replace(made, actions={"read": model.SAFE, "pay": model.SAFE})


def settings(**variables: str) -> settings_module.Settings:
    """Settings of these variables."""
    return settings_module.Settings.from_mapping(variables)


@pytest.mark.parametrize(
    ("tool", "variables", "missing"),
    [
        pytest.param(bank(), {}, ["BANK_SITE"], id="required of all calls"),
        pytest.param(bank(), {"BANK_SITE": "7"}, [], id="set"),
        pytest.param(bank(endpoint=None, endpoint_setting="BANK_URL"), {}, ["BANK_URL", "BANK_SITE"], id="the address first"),
        pytest.param(
            bank(authentication={"type": "bearer_token", "secret": "BANK_TOKEN"}), {"BANK_SITE": "7"}, ["BANK_TOKEN"], id="a credential"
        ),
        pytest.param(calls.tool("database", "database.query"), {}, ["ORDINAUT_DATABASE_URL"], id="a database"),
        pytest.param(calls.tool("redis", "cache.get"), {}, ["REDIS_URL"], id="Redis"),
        pytest.param(calls.tool("stdio", "files.read", program_environment=["FILES_KEY"]), {}, ["FILES_KEY"], id="a program"),
        pytest.param(calls.bridge("http://bridge:8093", authentication={"type": "bearer_token"}), {}, [], id="a bridge has its own"),
    ],
)
def test_what_every_call_needs_and_is_not_set_is_named(tool: model.Tool, variables: dict[str, str], missing: list[str]) -> None:
    given = settings(**variables)
    assert configuration.missing(tool, given, authentication.Door(given)) == missing


def test_what_some_actions_need_is_named_with_them() -> None:
    assert configuration.missing_of_actions(bank(), settings()) == {"BANK_CONSENT": ["read"]}
    assert configuration.missing_of_actions(bank(), settings(BANK_CONSENT="c-1")) == {}
    assert configuration.in_words({"A": ["read", "pay"], "B": ["pay"]}) == ["A (for read, pay)", "B (for pay)"]


def test_templates_read_every_variable_whether_it_is_set_or_not() -> None:
    given = configuration.of_templates(bank(), settings(BANK_SITE="7"))
    assert given == {"BANK_CONSENT": None, "BANK_SITE": "7", "BANK_PATH": None}


@pytest.mark.parametrize(
    ("action", "variables", "said"),
    [
        pytest.param("read", {}, "bank needs BANK_CONSENT and BANK_SITE, which are not set", id="two"),
        pytest.param("pay", {}, "bank needs BANK_SITE, which is not set", id="one"),
        pytest.param("read", {"BANK_SITE": "7"}, "bank needs BANK_CONSENT, which is not set", id="of the action"),
    ],
)
async def test_a_call_without_a_required_variable_is_not_sent(action: str, variables: dict[str, str], said: str) -> None:
    error = await calls.failure(bank(), {"action": action}, variables=variables)
    assert (error.type, error.message) == (
        "invalid input",
        f"step pay: bank.accounts {action}, attempt 1: {said}; set what is missing in the worker's environment; nothing was sent",
    )


async def test_credentials_that_are_missing_too_are_named_in_one_sentence() -> None:
    tool = bank(authentication={"type": "bearer_token", "secret": "BANK_TOKEN"})
    error = await calls.failure(tool, {"action": "pay"})
    assert error.message.endswith(
        ": bank needs BANK_TOKEN and BANK_SITE, which are not set; set what is missing in the worker's environment; nothing was sent"
    )


async def test_a_ping_names_what_some_actions_still_need() -> None:
    found = pings.services([bank(ping={"path": "/me"})])
    (answer,) = await pings.Pings(settings()).all(found, [found[0].name])
    assert (answer.state, answer.missing) == ("not configured", ("BANK_SITE",))


@pytest.mark.parametrize(
    ("required", "message", "hint"),
    [
        pytest.param(True, "", "", id="all calls"),
        pytest.param(["list"], "", "", id="an action"),
        pytest.param(["lisst"], "there is no action 'lisst', expected one of list", "did you mean 'list'?", id="misspelt"),
    ],
)
def test_an_action_that_needs_a_variable_has_to_be_there(tmp_path: Any, required: Any, message: str, hint: str) -> None:
    definition = actions(rest=get()) | {"configuration": {"SHOP_SITE": {"description": "number of the site", "required": required}}}
    path = "configuration.SHOP_SITE.required"
    assert told(tmp_path, definition) == ([("catalog-rest", path, message, hint)] if message else [])
