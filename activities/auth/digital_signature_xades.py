"""XAdES (ETSI EN 319 132-1, baseline B) for `digital_signature`: an enveloped signature in the XML that is sent."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml import algorithms
from signxml.xades import xades

from activities import certificates
from workflows.core import errors


def signed(content: bytes, identity: certificates.Identity) -> bytes:
    """The XML with the signature as the last child of its root.

    The canonicalisation is signxml's default, inclusive C14N 1.1: with the exclusive one signxml 5 makes XAdES signatures that neither
    xmlsec1 nor signxml itself accepts.

    Raises:
        ToolError: INVALID_INPUT, the body is no XML, has a document type, or the key cannot sign.
    """
    root = _parsed(content)
    signer = xades.XAdESSigner(method=algorithms.SignatureConstructionMethod.enveloped, signature_algorithm=_algorithm(identity))
    chain = [one.public_bytes(serialization.Encoding.PEM).decode() for one in (identity.certificate, *identity.chain)]
    made = signer.sign(root, key=identity.signing_key(), cert=chain)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="UTF-8"))


def _algorithm(identity: certificates.Identity) -> algorithms.SignatureMethod:
    is_rsa = isinstance(identity.signing_key(), rsa.RSAPrivateKey)
    return algorithms.SignatureMethod.RSA_SHA256 if is_rsa else algorithms.SignatureMethod.ECDSA_SHA256


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise errors.ToolError(errors.INVALID_INPUT, "the body is no XML, so it cannot get an XAdES signature") from None
    if root.getroottree().docinfo.doctype:
        raise errors.ToolError(errors.INVALID_INPUT, "the body has a document type, which signed XML must not have")
    return root
