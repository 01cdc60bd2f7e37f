"""Settings are read once, refuse what they do not know, and never show a secret."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

from activities import environment_names, secrets, settings
from workflows.core import errors


def problems(**environment: str) -> list[str]:
    with pytest.raises(settings.SettingsError) as caught:
        settings.Settings.from_mapping(environment)
    return list(caught.value.problems)


def test_an_empty_environment_gives_the_defaults() -> None:
    found = settings.Settings.from_mapping({"PATH": "/bin", "ORDINAUT_CATALOG": " "})
    assert found == settings.Settings(catalog_folder=None, endpoints={}, database_url=None, timezone="UTC", trust_local_approvers=False)


def test_every_setting_is_read() -> None:
    found = settings.Settings.from_mapping(
        {
            "ORDINAUT_CATALOG": "/etc/ordinaut/catalog",
            "ORDINAUT_ENDPOINT_SLACK": "http://127.0.0.1:9000",
            "ORDINAUT_DATABASE_URL": "postgresql://app:geheim@db/app",
            "ORDINAUT_TIMEZONE": "Europe/Chisinau",
            "ORDINAUT_TRUST_LOCAL_APPROVERS": "1",
        }
    )
    assert found.catalog_folder == "/etc/ordinaut/catalog"
    assert found.endpoints == {"SLACK": "http://127.0.0.1:9000"}
    assert found.database_url == secrets.Secret("postgresql://app:geheim@db/app")
    assert found.timezone == "Europe/Chisinau"
    assert found.trust_local_approvers is True


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param(
            "ORDINAUT_TIMZONE", "UTC", "ORDINAUT_TIMZONE: there is no such setting. Did you mean ORDINAUT_TIMEZONE?", id="misspelt-name"
        ),
        pytest.param("ORDINAUT_XQJ", "1", "ORDINAUT_XQJ: there is no such setting", id="name-like-no-other"),
        pytest.param(
            "ORDINAUT_TIMEZONE",
            "Europe/Kishinau",
            "ORDINAUT_TIMEZONE: there is no time zone 'Europe/Kishinau'. Did you mean Europe/Chisinau?",
            id="misspelt-zone",
        ),
        *(
            pytest.param(
                "ORDINAUT_METRICS_ADDRESS",
                text,
                f"ORDINAUT_METRICS_ADDRESS: found '{text}', expected a host and a port like 127.0.0.1:9464",
                id=f"address {text}",
            )
            for text in ("9464", "127.0.0.1", "http://127.0.0.1:9464", "127.0.0.1:9464/metrics", "127.0.0.1:90000", "me@127.0.0.1:9464")
        ),
        pytest.param("ORDINAUT_TRUST_LOCAL_APPROVERS", "yes", "ORDINAUT_TRUST_LOCAL_APPROVERS: found 'yes', expected 0 or 1", id="no-flag"),
        pytest.param(
            "ORDINAUT_ENDPOINT_SLACK",
            "127.0.0.1:9000",
            "ORDINAUT_ENDPOINT_SLACK: found '127.0.0.1:9000',"
            " expected a base URL like http://127.0.0.1:9000 or https://git.example.com/api",
            id="endpoint-without-scheme",
        ),
        pytest.param(
            "ORDINAUT_ENDPOINT_GITHUB",
            "https://me:geheim@git.example.com",
            "ORDINAUT_ENDPOINT_GITHUB: a URL must not hold a user or password; set the service's own secret, such as GITHUB_TOKEN",
            id="endpoint-with-password",
        ),
        pytest.param(
            "ORDINAUT_ENDPOINT_GITHUB",
            "https://git.example.com/?a=1",
            "ORDINAUT_ENDPOINT_GITHUB: a base URL has no query or fragment;"
            " expected a base URL like http://127.0.0.1:9000 or https://git.example.com/api",
            id="endpoint-with-query",
        ),
        pytest.param(
            "SLACK_BOT_TOKEN_FILE",
            "/nowhere/token",
            "SLACK_BOT_TOKEN_FILE: cannot read /nowhere/token: No such file or directory",
            id="secret-file-missing",
        ),
    ],
)
def test_a_bad_value_is_told(name: str, value: str, message: str) -> None:
    assert problems(**{name: value}) == [message]


def test_all_problems_are_told_at_once() -> None:
    assert (
        len(
            problems(
                ORDINAUT_CATALOGUE="x",
                ORDINAUT_TIMEZONE="Mars/Base",
                GITHUB_TOKEN_FILE="/b",
                SLACK_BOT_TOKEN="a",
                SLACK_BOT_TOKEN_FILE="/b",
            )
        )
        == 4
    )


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-file")
    assert problems(SLACK_BOT_TOKEN="xoxb-1", SLACK_BOT_TOKEN_FILE=str(file)) == [
        "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set; keep one of them"
    ]


def test_a_secret_comes_from_its_variable_or_its_file(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://app:from-file@db/app\n")
    found = settings.Settings.from_mapping({"SLACK_BOT_TOKEN": "xoxb-1", "ORDINAUT_DATABASE_URL_FILE": str(file), "ACME_TOKEN": "own"})
    slack, url, acme = found.secret("SLACK_BOT_TOKEN"), found.database_url, found.secret("ACME_TOKEN")
    assert slack and url and acme
    assert [slack.reveal(), url.reveal(), acme.reveal()] == ["xoxb-1", "postgresql://app:from-file@db/app", "own"]
    assert found.secret("GITHUB_TOKEN") is None


def test_a_rotated_secret_is_taken_up_and_hidden(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old-token")
    found = settings.Settings.from_mapping({"GITHUB_TOKEN_FILE": str(file)})
    file.write_text("new-token\r\n")
    assert found.secret("GITHUB_TOKEN") == secrets.Secret("new-token")
    assert found.mask("it was new-token") == "it was ***"


def test_a_secret_file_that_goes_away_is_invalid_input(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t0ken")
    found = settings.Settings.from_mapping({"GITHUB_TOKEN_FILE": str(file)})
    file.unlink()
    with pytest.raises(errors.ToolError, match=r"GITHUB_TOKEN_FILE: cannot read .*: No such file or directory"):
        found.secret("GITHUB_TOKEN")


def test_no_secret_is_ever_shown() -> None:
    secret = secrets.Secret("geheim")
    found = settings.Settings.from_mapping({"ORDINAUT_DATABASE_URL": "postgresql://app:geheim@db/app", "SLACK_BOT_TOKEN": "geheim"})
    for text in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", repr(found), str(found), repr(vars(secrets).get("HIDDEN"))):
        assert "geheim" not in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param("token xoxb-123 is revoked", "token *** is revoked", id="secret"),
        pytest.param("password p%40ss or p@ss", "password *** or ***", id="database-password-both-forms"),
        pytest.param("postgresql://app:p%40ss@db/app", "***", id="whole-url"),
        pytest.param("nothing to hide", "nothing to hide", id="no-secret"),
    ],
)
def test_texts_are_masked(text: str, masked: str) -> None:
    found = settings.Settings.from_mapping({"SLACK_BOT_TOKEN": "xoxb-123", "ORDINAUT_DATABASE_URL": "postgresql://app:p%40ss@db/app"})
    assert found.mask(text) == masked


def test_an_endpoint_is_found_by_any_of_its_services() -> None:
    found = settings.Settings.from_mapping({"ORDINAUT_ENDPOINT_OPENAI_CHATGPT": "http://127.0.0.1:1"})
    assert found.endpoint("openai", "openai-chatgpt") == "http://127.0.0.1:1"
    assert found.endpoint("slack") is None


def test_an_endpoint_of_no_service_is_told() -> None:
    found = settings.Settings.from_mapping(
        {"ORDINAUT_ENDPOINT_SLAK": "http://127.0.0.1:1", "ORDINAUT_ENDPOINT_GITHUB": "http://127.0.0.1:2"}
    )
    assert found.unmatched_endpoints(["slack", "github"]) == [
        "ORDINAUT_ENDPOINT_SLAK: no tool has this service. Did you mean ORDINAUT_ENDPOINT_SLACK?"
    ]


def test_no_name_is_both_secret_and_plain() -> None:
    assert not environment_names.SECRETS.keys() & environment_names.PLAIN.keys()
