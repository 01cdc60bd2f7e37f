"""`digital_signature`: the body is signed by a certificate, as a CMS message (RFC 5652), a CMS signature beside it, or XAdES."""

from __future__ import annotations

import base64
import dataclasses
import datetime
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from activities import certificates, exchange
from activities.auth import base, certificate_files, digital_signature_xades
from workflows.core import errors

DETACHED: Final = "cms_detached"
ATTACHED: Final = "cms"
XADES: Final = "xades"
FORMATS: Final = (DETACHED, ATTACHED, XADES)
DEFAULT_HEADER: Final = "X-Signature"
CMS_TYPE: Final = "application/pkcs7-mime; smime-type=signed-data"


def names(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return certificate_files.names(way)


def missing(way: base.Way) -> list[str]:
    """See `base.Kind`."""
    return certificate_files.missing(way)


async def apply(way: base.Way, request: exchange.Request) -> exchange.Request:
    """See `base.Kind`. A request without a body has nothing to sign.

    `cms_detached` (default) puts the signature, DER in base64, into the header `X-Signature` or the one that `header_name` names;
    `cms` sends the signed message (DER) instead of the body; `xades` puts the signature into the body's XML.
    """
    files = certificate_files.found(way)
    if not request.body or files is None:
        return request
    identity = certificates.load(files)
    certificates.check_time(way.service, identity, datetime.datetime.now(datetime.UTC))
    match way.text("format", DETACHED):
        case "cms_detached":
            signature = base64.b64encode(cms(request.body, identity, detached=True)).decode()
            return base.with_headers(request, way.service, {way.text("header_name", DEFAULT_HEADER): signature})
        case "cms":
            signed = base.with_headers(request, way.service, {"Content-Type": CMS_TYPE})
            return dataclasses.replace(signed, body=cms(request.body, identity, detached=False))
        case "xades":
            return dataclasses.replace(request, body=digital_signature_xades.signed(request.body, identity))
        case other:
            raise errors.ToolError(errors.INVALID_INPUT, f"authentication.format: found {other!r}, expected one of {', '.join(FORMATS)}")


def cms(content: bytes, identity: certificates.Identity, *, detached: bool) -> bytes:
    """A CMS signature (SHA-256) in DER, over the bytes as they are, with the certificates between the signer's and its authority.

    Raises:
        ToolError: INVALID_INPUT, the key cannot sign.
    """
    options = [pkcs7.PKCS7Options.Binary]
    if detached:
        options.append(pkcs7.PKCS7Options.DetachedSignature)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(identity.certificate, identity.signing_key(), hashes.SHA256())
    for one in identity.chain:
        builder = builder.add_certificate(one)
    return builder.sign(serialization.Encoding.DER, options)
