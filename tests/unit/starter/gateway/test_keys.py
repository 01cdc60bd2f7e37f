"""Which secrets a source is checked with."""

from __future__ import annotations

from pathlib import Path

import pytest

from starter.gateway import keys, refusals
from tests import webhooks

NAMES = ("GITLAB_SIGNING_TOKEN", "GITLAB_WEBHOOK_SECRET")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({"GITLAB_WEBHOOK_SECRET": "a"}, {"GITLAB_WEBHOOK_SECRET": ["a"]}, id="shared"),
        pytest.param(
            {"GITLAB_WEBHOOK_SECRET": "a", "GITLAB_WEBHOOK_SECRET_PREVIOUS": "b"}, {"GITLAB_WEBHOOK_SECRET": ["a", "b"]}, id="two live ones"
        ),
        pytest.param(
            {"GITLAB_SIGNING_TOKEN": "a", "GITLAB_WEBHOOK_SECRET_ACME_WEB": "b"}, {"GITLAB_WEBHOOK_SECRET": ["b"]}, id="its own come first"
        ),
        pytest.param(
            {"GITLAB_WEBHOOK_SECRET_ACME_WEB": "a", "GITLAB_WEBHOOK_SECRET_ACME_WEB_PREVIOUS": "b", "GITLAB_WEBHOOK_SECRET_PREVIOUS": "c"},
            {"GITLAB_WEBHOOK_SECRET": ["a", "b"]},
            id="its own former one",
        ),
    ],
)
async def test_the_secrets_of_a_source(variables: dict[str, str], expected: dict[str, list[str]]) -> None:
    found = await keys.of(webhooks.settings(**variables), NAMES, "acme-web")
    assert {name: [secret.reveal() for secret in live] for name, live in found.items()} == expected


async def test_a_secret_in_a_file_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    settings = webhooks.settings(GITHUB_WEBHOOK_SECRET="x", GITHUB_WEBHOOK_SECRET_MAIN_FILE=str(file))
    for value in ("first", "second"):
        file.write_text(value + "\n")
        (secret,) = (await keys.of(settings, ["GITHUB_WEBHOOK_SECRET"], "main"))["GITHUB_WEBHOOK_SECRET"]
        assert secret.reveal() == value


async def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(" \n")
    settings = webhooks.settings(GITHUB_WEBHOOK_SECRET_FILE=str(file))
    with pytest.raises(refusals.Refused) as caught:
        await keys.of(settings, ["GITHUB_WEBHOOK_SECRET"], "main")
    assert caught.value.status == 403


async def test_a_file_that_is_gone_is_asked_for_later_and_not_named(tmp_path: Path) -> None:
    settings = webhooks.settings(GITHUB_WEBHOOK_SECRET_MAIN_FILE=str(tmp_path / "gone"))
    with pytest.raises(refusals.Refused) as caught:
        await keys.of(settings, ["GITHUB_WEBHOOK_SECRET"], "main")
    assert (caught.value.status, caught.value.message) == (503, "a secret of this source cannot be read now")
