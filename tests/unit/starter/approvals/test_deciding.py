"""Decisions of people whom the gateway knows: what is handed to the run, and keys that cannot be used."""

from __future__ import annotations

import base64
import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from activities import settings as settings_module
from starter.approvals import deciding, signing, waiting
from workflows import signatures
from workflows.core import errors
from workflows.core.approvals import decision, token

KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime.datetime(2026, 11, 23, 18, tzinfo=datetime.UTC)
DIGEST = "ab" * 32
ANA = deciding.Person("ana@company.com", ("finance",), deciding.OIDC)
PEM = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, str]]]:
    """What reaches the run."""
    found: list[tuple[str, str, dict[str, str]]] = []

    async def decide(temporal: Any, run_id: str, verb: str, given: dict[str, str]) -> dict[str, Any]:
        found.append((run_id, verb, given))
        return {"step": given["step"], "status": "approved", "approvals": 1, "quorum": 1}

    monkeypatch.setattr(waiting, "decide", decide)
    return found


async def decided(person: deciding.Person = ANA, key: ed25519.Ed25519PrivateKey | None = KEY, **changed: str) -> dict[str, Any]:
    given = {"run_id": "pay-1", "name": "pay", "verb": "approve", "digest": DIGEST, "comment": "seen", **changed}
    return await deciding.decide(None, person=person, key=key, now=NOW, **given)  # type: ignore[arg-type]


async def test_a_decision_carries_a_token_for_it_alone(handed: list[tuple[str, str, dict[str, str]]]) -> None:
    assert await decided() == {"step": "pay", "status": "approved", "approvals": 1, "quorum": 1}
    ((run_id, verb, given),) = handed
    signed = token.claims(given.pop("token"), [signing.public_key(KEY)], signatures.is_signed)
    assert (run_id, verb, given) == ("pay-1", "approve", {"step": "pay", "who": "ana@company.com", "comment": "seen", "digest": DIGEST})
    assert signed == decision.Claims("pay-1", "pay", DIGEST, "approve", "ana@company.com", int(NOW.timestamp()) + 300, ("finance",), "oidc")


async def test_a_name_that_nobody_vouches_for_is_not_signed(handed: list[tuple[str, str, dict[str, str]]]) -> None:
    await decided(deciding.Person("ana", (), deciding.LOCAL))
    assert "token" not in handed[0][2]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"verb": "wave"}, "found 'wave', expected approve or reject", id="verb"),
        pytest.param({"digest": ""}, "the decision does not say what was seen: its digest is missing; look at it again", id="no digest"),
        pytest.param(
            {"digest": "ab" * 6},
            "the decision does not say what was seen: its digest is missing; look at it again",
            id="first digits only",
        ),
        pytest.param(
            {"key": None},
            "nobody would believe this decision: the gateway has no key to sign it with; set ORDINAUT_GATEWAY_KEY where the gateway runs,"
            " and its public key under gateway_keys in the file that ORDINAUT_POLICY names",
            id="no key",
        ),
    ],
)
async def test_what_cannot_be_handed_on_is_refused(
    handed: list[tuple[str, str, dict[str, str]]], changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.ToolError) as raised:
        await decided(**changed)
    assert (raised.value.message, handed) == (message, [])


@pytest.mark.parametrize("text", [PEM, base64.b64encode(bytes(range(32))).decode()], ids=["PEM", "base64"])
def test_a_key_is_read_in_both_forms(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text + "\n")
    for variables in ({"ORDINAUT_GATEWAY_KEY": text}, {"ORDINAUT_GATEWAY_KEY_FILE": str(file)}):
        found = deciding.gateway_key(settings_module.Settings.from_mapping(variables))
        assert found is not None
        assert signing.public_key(found) == signing.public_key(KEY)


def test_without_the_variable_there_is_no_key() -> None:
    assert deciding.gateway_key(settings_module.Settings.from_mapping({})) is None


OTHER = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)


@pytest.mark.parametrize("text", ["hello", "AAAA", OTHER.decode(), PEM[:60]], ids=["no base64", "too short", "another kind", "half"])
def test_a_key_that_cannot_be_used_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(errors.ToolError) as raised:
        deciding.gateway_key(settings_module.Settings.from_mapping({"ORDINAUT_GATEWAY_KEY": text}))
    assert raised.value.message == (
        "ORDINAUT_GATEWAY_KEY: expected an Ed25519 private key, PEM or its 32 bytes in base64; `openssl genpkey -algorithm ed25519` makes one"
    )
