"""What the command says at its start about senders, and which secrets end it there."""

from __future__ import annotations

import pytest

from activities import settings as settings_module
from starter.gateway import configured
from tests import webhooks

GIVEN = {
    "GITHUB_WEBHOOK_SECRET_FILE": "/run/secrets/github",
    "GITHUB_WEBHOOK_SECRET_ACME_WEB": "a",
    "GITHUB_WEBHOOK_SECRET_ACME_WEB_PREVIOUS": "b",
    "SLACK_SIGNING_SECRET": " ",
    "ORDINAUT_WEBHOOK_SECRET_BILLING": "whsec_AAAA",
    "ORDINAUT_EVENTS_TOKEN": "t",
    "PATH": "/bin",
}


def test_variables_are_found_by_kind() -> None:
    found = {kind: variables for kind, variables in configured.variables(GIVEN).items() if variables}
    assert found == {
        "github": ["GITHUB_WEBHOOK_SECRET", "GITHUB_WEBHOOK_SECRET_ACME_WEB"],
        "generic": ["ORDINAUT_WEBHOOK_SECRET_BILLING"],
        "events": ["ORDINAUT_EVENTS_TOKEN"],
    }


def test_secrets_that_cannot_be_used_are_named_all_at_once() -> None:
    given = {
        "TEAMS_WEBHOOK_SECRET": "no base64!",
        "GITLAB_SIGNING_TOKEN": "whsec_AAAA",
        "GITLAB_SIGNING_TOKEN_PREVIOUS": "?",
        "ORDINAUT_WEBHOOK_SECRET_BILLING_FILE": "/nonexistent/file",
    }
    with pytest.raises(settings_module.SettingsError) as caught:
        configured.check(webhooks.settings(**given), configured.variables(given))
    assert caught.value.problems == (
        "GITLAB_SIGNING_TOKEN_PREVIOUS is not base64, as its vendor gives it; set it anew where the gateway runs",
        "ORDINAUT_WEBHOOK_SECRET_BILLING_FILE: cannot read /nonexistent/file: No such file or directory",
        "TEAMS_WEBHOOK_SECRET is not base64, as its vendor gives it; set it anew where the gateway runs",
    )


def test_usable_secrets_pass() -> None:
    given = {"GITHUB_WEBHOOK_SECRET": "anything", "TEAMS_WEBHOOK_SECRET": webhooks.SECRET, "ORDINAUT_WEBHOOK_SECRET_A": "whsec_AAAA"}
    configured.check(webhooks.settings(**given), configured.variables(given))
