"""docs/authentication.md is held true: each kind, its variables, its examples, the places where tokens are kept, and every number."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from activities import authentication, catalog, certificates, environment_names, settings, token_store, tokens, vault
from activities.auth import api_key, bearer, digital_signature, github_app, jwt_assertions, maib_signature, oauth2
from starter import login_callback
from starter.commands import login
from tests import calls, reference_cases

PAGE = (reference_cases.ROOT / "docs" / "authentication.md").read_text(encoding="utf-8")
SCHEMA = json.loads((reference_cases.ROOT / "catalogs" / "schema.json").read_text(encoding="utf-8"))["$defs"]["authentication"][
    "properties"
]
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {title!r}"
    return found[1]


def test_each_kind_has_a_section_and_each_method() -> None:
    kinds = [kind for kind in SCHEMA["type"]["enum"] if kind != "none"]
    assert set(re.findall(r"^## `(\w+)`$", PAGE, re.MULTILINE)) == set(kinds)
    assert re.findall(r"^### `(\w+)`$", section("`custom`"), re.MULTILINE) == SCHEMA["method"]["enum"]


def test_the_schema_knows_the_kinds_that_the_code_knows() -> None:
    assert {*authentication._KINDS, authentication.NONE, authentication.CUSTOM} == set(SCHEMA["type"]["enum"])
    assert [*authentication._METHODS] == SCHEMA["method"]["enum"]
    assert [*digital_signature.FORMATS] == SCHEMA["format"]["enum"]
    assert (SCHEMA["format"]["default"], SCHEMA["client_auth"]["default"]) == (digital_signature.DETACHED, "post")


@pytest.mark.parametrize("index", range(len(EXAMPLES)))
def test_each_example_is_one_of_a_definition(index: int, tmp_path: Path) -> None:
    definition: dict[str, Any] = {
        "address": "bank.accounts",
        "transport": "rest",
        "endpoint": "https://bank.example.com",
        "rest": {"path": "/accounts"},
        "authentication": EXAMPLES[index],
    }
    (tmp_path / "bank.json").write_text(json.dumps(definition))
    tool = catalog.load([tmp_path])["bank.accounts"]
    assert authentication.Door(settings.Settings.from_mapping({"XDG_STATE_HOME": str(tmp_path)})).missing(tool)


def test_there_is_an_example_of_each_kind() -> None:
    assert {example["type"] for example in EXAMPLES} == {kind for kind in SCHEMA["type"]["enum"] if kind != "none"}


@pytest.mark.parametrize(
    ("title", "endings"),
    [
        ("`bearer_token`", bearer.SUFFIXES),
        ("`api_key`", api_key.SUFFIXES),
        ("`oauth2`", oauth2.TOKEN_SUFFIXES),
        ("`oauth2`", ("REFRESH_TOKEN", "CLIENT_ID", "CLIENT_SECRET")),
        ("`basic_auth`", ("USERNAME", "PASSWORD", "API_TOKEN")),
        ("`mutual_tls`", ("CERTIFICATE_PATH", "PRIVATE_KEY_PATH", "CERTIFICATE_PASSWORD")),
        ("`digital_signature`", ("DIGITAL_CERT_PATH",)),
    ],
)
def test_variables_are_named_in_the_order_they_are_tried(title: str, endings: tuple[str, ...]) -> None:
    places = [section(title).index(f"`SERVICE_{ending}`") for ending in endings]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", [kind for kind in SCHEMA["type"]["enum"] if kind not in ("none", "custom")])
def test_what_a_kind_lacks_is_named_on_the_page(kind: str) -> None:
    """What the product says is missing stands in the section of the kind, under the service's name or as SERVICE_."""
    given = {"type": kind, "token_url": "https://a.example/t"}
    service = {"github_app": "github", "salesforce_jwt": "salesforce"}.get(kind, "service")
    tool = calls.tool("rest", f"{service}.tool", endpoint="https://a.example", authentication=given)
    missing = authentication.Door(settings.Settings.from_mapping({"XDG_STATE_HOME": "/nonexistent"})).missing(tool)
    named = re.findall(r"[A-Z]{2,}[A-Z_]+", " ".join(missing))
    assert named
    assert [name for name in named if f"`{name}`" not in section(f"`{kind}`")] == []


def test_every_setting_is_on_the_page() -> None:
    vault_names = [name for name in (*environment_names.SECRETS, *environment_names.PLAIN) if name.startswith("VAULT_")]
    ours = [environment_names.REDIS_URL, environment_names.TOKEN_KEY, f"{environment_names.LOGIN_URL_PREFIX}<SERVICE>"]
    shared = [name for name in environment_names.SECRETS if name.startswith(("MAIB_", "GITHUB_PRIVATE", "SALESFORCE_PRIVATE"))]
    wanted = [*vault_names, *ours, *(name for name in shared if name != "MAIB_CERTIFICATE_PASSWORD")]
    assert [name for name in wanted if f"`{name}`" not in PAGE] == []


def test_numbers_and_names_are_the_product_s() -> None:
    said = " ".join(PAGE.split())
    assert vault.KEPT_SECONDS == 300 and "within five minutes" in said
    assert tokens.MARGIN_SECONDS == 60 and "(60 s, or the last tenth of its life)" in said
    assert certificates.WARNING_DAYS == 30 and "From 30 days before its end on" in said
    assert (github_app.ASSERTION_SECONDS + jwt_assertions.SKEW_SECONDS) == 9 * 60 and "a token of 9 minutes" in said
    assert f"http://{login_callback.HOST}:{login.DEFAULT_PORT}{login_callback.PATH}" in said
    assert token_store.FILE_MODE == 0o600 and f"ordinaut/{token_store.FILE_NAME}`, mode 0600" in said
    assert settings.TOKEN_KEY_BYTES == 32 and "`openssl rand -base64 32`" in said
    assert api_key.DEFAULT_HEADER in section("`api_key`")
    assert digital_signature.DEFAULT_HEADER in section("`digital_signature`")
    assert maib_signature.DEFAULT_HEADER in section("`custom`")


def test_the_function_for_callbacks_is_there() -> None:
    assert "`activities.auth.maib_signature.callback_is_genuine`" in PAGE
    assert callable(maib_signature.callback_is_genuine)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)\s]+)\)", PAGE))))
def test_each_link_leads_somewhere(link: str) -> None:
    path, _, anchor = link.partition("#")
    target = (reference_cases.ROOT / "docs" / path).resolve()
    assert target.exists()
    headings = [
        re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
    ]
    assert not anchor or anchor in headings
