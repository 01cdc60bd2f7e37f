"""Certificates in files: what cannot be used is told in a sentence, without passwords."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import pkcs12

from activities import certificates, secrets
from tests import authorities
from workflows.core import errors

CA = authorities.authority()
PASSWORD = "p12-geheim-4711"


def refused(files: certificates.Files) -> str:
    with pytest.raises(errors.ToolError) as caught:
        certificates.load(files)
    assert caught.value.kind == errors.INVALID_INPUT
    return caught.value.message


@pytest.fixture(scope="module")
def client() -> authorities.Issued:
    return authorities.issue(CA, "ordinaut")


def test_pem_and_pkcs12_hold_the_same(tmp_path: Path, client: authorities.Issued) -> None:
    certificate, key = client.write(tmp_path, "client")
    (tmp_path / "client.p12").write_bytes(client.pkcs12(PASSWORD, CA))
    pem = certificates.load(certificates.Files(certificate, key))
    packed = certificates.load(certificates.Files(str(tmp_path / "client.p12"), password=secrets.Secret(PASSWORD)))
    assert pem.certificate == packed.certificate == client.certificate
    assert (pem.chain, packed.chain) == ((), (CA.certificate,))


def test_a_chain_in_a_pem_file_is_kept(tmp_path: Path, client: authorities.Issued) -> None:
    (tmp_path / "all.pem").write_bytes(client.certificate_pem + CA.certificate_pem + client.key_pem())
    assert certificates.load(certificates.Files(str(tmp_path / "all.pem"))).chain == (CA.certificate,)


def test_an_encrypted_key_needs_its_password(tmp_path: Path, client: authorities.Issued) -> None:
    (tmp_path / "client.pem").write_bytes(client.certificate_pem)
    (tmp_path / "client.key").write_bytes(client.key_pem(PASSWORD.encode()))
    files = certificates.Files(str(tmp_path / "client.pem"), str(tmp_path / "client.key"))
    assert refused(files) == f"cannot open {files.key}: the private key is encrypted and no password is configured"
    assert certificates.load(certificates.Files(files.certificate, files.key, secrets.Secret(PASSWORD))).key
    wrong = certificates.Files(files.certificate, files.key, secrets.Secret("wr0ng-geheim"))
    assert refused(wrong) == f"cannot open {files.key}: it holds no private key in PEM form, or the password is wrong"


def test_a_password_for_a_key_that_has_none_does_no_harm(tmp_path: Path, client: authorities.Issued) -> None:
    certificate, key = client.write(tmp_path, "client")
    assert certificates.load(certificates.Files(certificate, key, secrets.Secret(PASSWORD))).certificate == client.certificate


def test_what_cannot_be_opened_is_told(tmp_path: Path, client: authorities.Issued) -> None:
    certificate, key = client.write(tmp_path, "client")
    _, other = authorities.issue(CA, "other").write(tmp_path, "other")
    (tmp_path / "client.p12").write_bytes(client.pkcs12(PASSWORD))
    (tmp_path / "text.pem").write_text("-----BEGIN NOTHING-----")
    bare = pkcs12.serialize_key_and_certificates(None, None, client.certificate, None, serialization.NoEncryption())
    (tmp_path / "bare.p12").write_bytes(bare)
    assert refused(certificates.Files("/none/client.pem")) == "cannot read /none/client.pem: No such file or directory"
    assert refused(certificates.Files(certificate, other)) == f"the private key does not belong to the certificate in {certificate}"
    assert (
        refused(certificates.Files(f"{tmp_path}/client.p12"))
        == f"cannot open {tmp_path}/client.p12: it needs a password, or is no PKCS#12 file"
    )
    assert refused(certificates.Files(f"{tmp_path}/bare.p12")) == f"{tmp_path}/bare.p12 holds no private key"
    assert (
        refused(certificates.Files(f"{tmp_path}/text.pem", key)) == f"cannot open {tmp_path}/text.pem: it holds no certificate in PEM form"
    )


def test_an_endless_file_is_not_read(tmp_path: Path) -> None:
    assert refused(certificates.Files("/dev/zero")) == "cannot read /dev/zero: it is larger than 1,000,000 bytes, which no certificate is"


def test_a_key_that_cannot_sign_is_told(client: authorities.Issued) -> None:
    identity = certificates.Identity(client.certificate, ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(
        errors.ToolError, match=r"^the certificate's key is neither RSA nor on an elliptic curve \(EC\), so it cannot sign here$"
    ):
        identity.signing_key()


def test_a_state_changes_with_file_and_password(tmp_path: Path, client: authorities.Issued) -> None:
    certificate, key = client.write(tmp_path, "client")
    states = {certificates.Files(certificate, key).state(), certificates.Files(certificate, key, secrets.Secret("a")).state()}
    authorities.issue(CA, "ordinaut the second").write(tmp_path, "client")
    states.add(certificates.Files(certificate, key).state())
    assert len(states) == 3


@pytest.mark.parametrize(
    ("days", "warned"),
    [pytest.param(31.5, False, id="31 days left"), pytest.param(29.5, True, id="29 days left"), pytest.param(0.5, True, id="its last day")],
)
def test_the_end_is_warned_of_in_time(days: float, warned: bool, caplog: pytest.LogCaptureFixture) -> None:
    issued = authorities.issue(CA, "ordinaut", days=days)
    identity = certificates.Identity(issued.certificate, issued.key)
    now = datetime.datetime.now(datetime.UTC)
    with caplog.at_level(logging.WARNING):
        certificates.check_time("bank", identity, now)
    assert bool(caplog.messages) is warned
    assert identity.days_left(now) == int(days)


@pytest.mark.parametrize(
    ("days", "starts", "message"),
    [
        pytest.param(
            -0.01, -1, r"^the certificate of bank ended on \d{4}-\d\d-\d\d; put a new one in its place, no restart is needed$", id="over"
        ),
        pytest.param(10, 2, r"^the certificate of bank begins only on \d{4}-\d\d-\d\d$", id="not yet"),
    ],
)
def test_a_certificate_out_of_its_time_is_refused(days: float, starts: float, message: str) -> None:
    issued = authorities.issue(CA, "ordinaut", days=days, starts_in_days=starts)
    with pytest.raises(errors.ToolError, match=message):
        certificates.check_time("bank", certificates.Identity(issued.certificate, issued.key), datetime.datetime.now(datetime.UTC))


def test_a_key_never_shows(tmp_path: Path, client: authorities.Issued) -> None:
    certificate, key = client.write(tmp_path, "client")
    files = certificates.Files(certificate, key, secrets.Secret(PASSWORD))
    assert PASSWORD not in repr(files)
    assert "rivateKey" not in repr(certificates.load(files))


def test_an_authority_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.ToolError, match=r"^cannot use the authority in /none/ca.pem: No such file or directory$"):
        certificates.tls_context(None, "/none/ca.pem")
