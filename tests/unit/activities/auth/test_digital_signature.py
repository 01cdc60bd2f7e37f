"""Digital signatures, judged by others: `openssl cms` for CMS, `xmlsec1` and signxml for XAdES."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
import signxml
from lxml import etree
from signxml import xades

from tests import authorities, ways
from workflows.core import errors

REPORT = b'<?xml version="1.0" encoding="UTF-8"?>\n<report period="2026-10">\n  <company idno="1008600038413">Exemplu SRL \xe2\x80\x93 \xc8\x99i fiii</company>\n</report>'
PASSWORD = "p12-geheim-4711"
CA = authorities.authority()


@pytest.fixture(scope="module", params=["rsa", "ec"])
def company(request: pytest.FixtureRequest) -> authorities.Issued:
    return authorities.issue(CA, "Exemplu SRL", key=authorities.rsa_key() if request.param == "rsa" else None)


def definition(form: str | None = None) -> dict[str, Any]:
    given = {"type": "digital_signature", "certificate_path": "/certs/none.p12", "password_env": "DIGITAL_CERT_PASSWORD"}
    return given if form is None else {**given, "format": form}


def variables(folder: Path, company: authorities.Issued, legacy: bool = False) -> dict[str, str]:
    file = folder / "company.p12"
    file.write_bytes(company.pkcs12(PASSWORD, CA, legacy=legacy))
    return {"BANK_DIGITAL_CERT_PATH": str(file), "DIGITAL_CERT_PASSWORD": PASSWORD}


def openssl_verifies(folder: Path, signature: bytes, content: bytes | None) -> subprocess.CompletedProcess[bytes]:
    """`openssl cms -verify`, for a signature beside its content or around it."""
    (folder / "signature.der").write_bytes(signature)
    (folder / "ca.pem").write_bytes(CA.certificate_pem)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "signature.der", "-CAfile", "ca.pem", "-binary", "-purpose", "any"]
    if content is not None:
        (folder / "content").write_bytes(content)
        command += ["-content", "content"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("form", [pytest.param(None, id="by default"), "cms_detached"])
async def test_a_detached_signature_stands_in_a_header(tmp_path: Path, company: authorities.Issued, form: str | None) -> None:
    sent = await ways.applied(definition(form), variables(tmp_path, company), REPORT)
    signature = base64.b64decode(sent.headers["X-Signature"], validate=True)
    assert sent.body == REPORT
    assert openssl_verifies(tmp_path, signature, REPORT).stdout == REPORT
    assert openssl_verifies(tmp_path, signature, REPORT + b" ").returncode != 0


async def test_a_signed_message_is_the_body(tmp_path: Path, company: authorities.Issued) -> None:
    sent = await ways.applied(definition("cms"), variables(tmp_path, company), REPORT, headers={"content-type": "application/xml"})
    assert sent.body is not None
    assert dict(sent.headers) == {"Content-Type": "application/pkcs7-mime; smime-type=signed-data"}
    assert openssl_verifies(tmp_path, sent.body, None).stdout == REPORT
    changed = sent.body.replace(b"1008600038413", b"1008600038414")
    assert openssl_verifies(tmp_path, changed, None).returncode != 0


async def test_the_authority_of_the_signer_must_be_known_to_the_judge(tmp_path: Path, company: authorities.Issued) -> None:
    sent = await ways.applied(definition("cms"), variables(tmp_path, company), REPORT)
    assert sent.body is not None
    (tmp_path / "signature.der").write_bytes(sent.body)
    (tmp_path / "other.pem").write_bytes(authorities.authority("Another").certificate_pem)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "signature.der", "-CAfile", "other.pem", "-purpose", "any"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


async def test_xades_is_accepted_by_xmlsec1_and_signxml(tmp_path: Path, company: authorities.Issued) -> None:
    sent = await ways.applied(definition("xades"), variables(tmp_path, company), REPORT)
    assert sent.body is not None
    assert xmlsec1_verifies(tmp_path, sent.body)
    verified = xades.XAdESVerifier().verify(sent.body, ca_pem_file=str(tmp_path / "ca.pem"), expect_references=3)
    assert any(b"SigningTime" in etree.tostring(one.signed_xml) for one in verified if one.signed_xml is not None)
    root = etree.fromstring(sent.body)
    assert (root.tag, root[0].text, root[-1].tag) == ("report", "Exemplu SRL – și fiii", "{http://www.w3.org/2000/09/xmldsig#}Signature")


@pytest.mark.parametrize("change", [(b"1008600038413", b"1008600038414"), (b"2026-10", b"2026-11")])
async def test_xades_shows_a_change(tmp_path: Path, company: authorities.Issued, change: tuple[bytes, bytes]) -> None:
    sent = await ways.applied(definition("xades"), variables(tmp_path, company), REPORT)
    assert sent.body is not None
    changed = sent.body.replace(*change)
    assert changed != sent.body
    assert not xmlsec1_verifies(tmp_path, changed)
    with pytest.raises(signxml.InvalidSignature):
        xades.XAdESVerifier().verify(changed, ca_pem_file=str(tmp_path / "ca.pem"), expect_references=3)


def xmlsec1_verifies(folder: Path, content: bytes) -> bool:
    (folder / "signed.xml").write_bytes(content)
    (folder / "ca.pem").write_bytes(CA.certificate_pem)
    ids = [
        "--id-attr:Id",
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
        "--id-attr:Id",
        "http://www.w3.org/2000/09/xmldsig#:KeyInfo",
    ]
    command = ["xmlsec1", "--verify", "--trusted-pem", "ca.pem", "--enabled-key-data", "x509,key-value", *ids, "signed.xml"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


async def test_a_pkcs12_file_as_old_tools_write_it(tmp_path: Path, company: authorities.Issued) -> None:
    sent = await ways.applied(definition(), variables(tmp_path, company, legacy=True), REPORT)
    assert openssl_verifies(tmp_path, base64.b64decode(sent.headers["X-Signature"]), REPORT).returncode == 0


@pytest.mark.parametrize(
    ("form", "body", "message"),
    [
        pytest.param("xades", b'{"a": 1}', "the body is no XML, so it cannot get an XAdES signature", id="no XML"),
        pytest.param("xades", b"", None, id="nothing to sign"),
        pytest.param(
            "xades",
            b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>',
            "the body has a document type, which signed XML must not have",
            id="an entity that reads a file",
        ),
    ],
)
async def test_a_body_that_cannot_be_signed(tmp_path: Path, form: str, body: bytes, message: str | None) -> None:
    given = variables(tmp_path, authorities.issue(CA, "Exemplu SRL"))
    if message is None:
        assert (await ways.applied(definition(form), given, body)).body == body
        return
    with pytest.raises(errors.ToolError) as caught:
        await ways.applied(definition(form), given, body)
    assert (caught.value.kind, caught.value.message) == ("invalid input", message)


async def test_what_is_wrong_with_a_file_is_told_without_its_password(tmp_path: Path) -> None:
    given = variables(tmp_path, authorities.issue(CA, "Exemplu SRL"))
    with pytest.raises(errors.ToolError) as caught:
        await ways.applied(definition(), {**given, "DIGITAL_CERT_PASSWORD": "wr0ng-geheim"}, REPORT)
    assert caught.value.message == f"cannot open {tmp_path}/company.p12: the password is wrong, or it is no PKCS#12 file"


def test_a_missing_certificate_is_named() -> None:
    assert ways.missing(definition(), {}) == ["BANK_DIGITAL_CERT_PATH (there is no file /certs/none.p12)"]
