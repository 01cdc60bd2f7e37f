"""Certificates and private keys in files, for mutual TLS and signatures: read, matched, and watched for their end."""

from __future__ import annotations

import datetime
import hashlib
import logging
import os
import pathlib
import secrets as chance
import ssl
import tempfile
from dataclasses import dataclass, field
from typing import Final

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12

from activities import secrets
from workflows.core import errors

#: From so many days before its end on a certificate is warned of.
WARNING_DAYS: Final = 30
MAX_FILE_BYTES: Final = 1_000_000
_PKCS12_SUFFIXES: Final = (".p12", ".pfx")

SigningKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Files:
    """Where a certificate lies: PEM certificate and PEM key (in one file or two), or one PKCS#12 file (.p12, .pfx)."""

    certificate: str
    key: str | None = None
    password: secrets.Secret | None = None

    def state(self) -> str:
        """A text that changes when a file or the password does, so that a renewed certificate is taken up without a restart."""
        facts: list[str] = [hashlib.sha256(self.password.reveal().encode()).hexdigest()] if self.password else []
        for path in (self.certificate, self.key):
            if path is not None:
                found = _stat(path)
                facts += [path, str(found.st_mtime_ns), str(found.st_size), str(found.st_ino)]
        return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with its private key and the certificates between it and its authority."""

    certificate: x509.Certificate
    key: PrivateKeyTypes = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def ends_at(self) -> datetime.datetime:
        """The certificate's last moment, UTC."""
        return self.certificate.not_valid_after_utc

    def days_left(self, now: datetime.datetime) -> int:
        """Whole days until its end; below 0 where it is over."""
        return (self.ends_at - now) // datetime.timedelta(days=1)

    def signing_key(self) -> SigningKey:
        """The key, for signatures.

        Raises:
            ToolError: INVALID_INPUT, it is neither RSA nor on an elliptic curve.
        """
        if isinstance(self.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            return self.key
        raise _invalid("the certificate's key is neither RSA nor on an elliptic curve (EC), so it cannot sign here")


def load(files: Files) -> Identity:
    """Reads certificate and key.

    Raises:
        ToolError: INVALID_INPUT, a file cannot be read, holds something else, its password is wrong, or key and certificate do not match.
    """
    data = _read(files.certificate)
    password = files.password.reveal().encode() if files.password else None
    if files.certificate.lower().endswith(_PKCS12_SUFFIXES) or not data.lstrip().startswith(b"-----"):
        identity = _from_pkcs12(files.certificate, data, password)
    else:
        key = private_key(files.key or files.certificate, files.password)
        identity = _from_pem(files.certificate, data, key)
    if _public(identity.key.public_key()) != _public(identity.certificate.public_key()):
        raise _invalid(f"the private key does not belong to the certificate in {files.certificate}")
    return identity


def _from_pkcs12(path: str, data: bytes, password: bytes | None) -> Identity:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(data, password)
    except (ValueError, TypeError):
        given = "the password is wrong, or it is no PKCS#12 file" if password else "it needs a password, or is no PKCS#12 file"
        raise _invalid(f"cannot open {path}: {given}") from None
    if key is None or certificate is None:
        raise _invalid(f"{path} holds no {'private key' if key is None else 'certificate'}")
    return Identity(certificate, key, tuple(others))


def _from_pem(path: str, data: bytes, key: PrivateKeyTypes) -> Identity:
    try:
        first, *others = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise _invalid(f"cannot open {path}: it holds no certificate in PEM form") from None
    return Identity(first, key, tuple(others))


def private_key(path: str, password: secrets.Secret | None = None) -> PrivateKeyTypes:
    """The private key in a PEM file.

    Raises:
        ToolError: INVALID_INPUT, as for `load`.
    """
    return private_key_of(_read(path), path, password)


def private_key_of(data: bytes, what: str, password: secrets.Secret | None = None) -> PrivateKeyTypes:
    """The private key in PEM text; `what` names it in messages.

    Raises:
        ToolError: INVALID_INPUT, there is none in it, or its password is wrong or missing.
    """
    given = password.reveal().encode() if password else None
    try:
        return serialization.load_pem_private_key(data, given)
    except TypeError:  # encrypted without a password, or a password for a key that has none
        if given is None:
            raise _invalid(f"cannot open {what}: the private key is encrypted and no password is configured") from None
        return private_key_of(data, what)
    except ValueError:
        raise _invalid(f"cannot open {what}: it holds no private key in PEM form{', or the password is wrong' if given else ''}") from None


def check_time(service: str, identity: Identity, now: datetime.datetime) -> None:
    """Refuses a certificate that is over or has not begun; warns in the log of one near its end.

    Raises:
        ToolError: INVALID_INPUT.
    """
    left = identity.days_left(now)
    if now > identity.ends_at:
        raise _invalid(
            f"the certificate of {service} ended on {identity.ends_at:%Y-%m-%d}; put a new one in its place, no restart is needed"
        )
    if now < identity.certificate.not_valid_before_utc:
        raise _invalid(f"the certificate of {service} begins only on {identity.certificate.not_valid_before_utc:%Y-%m-%d}")
    if left < WARNING_DAYS:
        _log.warning("the certificate of %s ends on %s, in %d days: have it renewed", service, f"{identity.ends_at:%Y-%m-%d}", left)


def tls_context(identity: Identity | None, authority: str | None = None) -> ssl.SSLContext:
    """TLS that trusts the usual authorities and the one in the file `authority`, and shows the identity's certificate.

    Raises:
        ToolError: INVALID_INPUT, the authority's file cannot be used.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except (OSError, ssl.SSLError) as error:
            raise _invalid(f"cannot use the authority in {authority}: {getattr(error, 'strerror', None) or error}") from None
    if identity is not None:
        _show(context, identity)
    return context


def _show(context: ssl.SSLContext, identity: Identity) -> None:
    """Gives the context the identity. OpenSSL takes it only from files: they are there for a moment, encrypted, for us alone."""
    password = chance.token_urlsafe(24)
    encryption = serialization.BestAvailableEncryption(password.encode())
    key = identity.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (identity.certificate, *identity.chain))
    descriptor, path = tempfile.mkstemp(prefix="ordinaut-", suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + chain)
        context.load_cert_chain(path, password=password)
    finally:
        os.unlink(path)


def _public(key: object) -> bytes:
    assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _read(path: str) -> bytes:
    try:
        with pathlib.Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _invalid(f"cannot read {path}: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise _invalid(f"cannot read {path}: it is larger than {MAX_FILE_BYTES:,} bytes, which no certificate is")
    return data


def _stat(path: str) -> os.stat_result:
    try:
        return os.stat(path)
    except OSError as error:
        raise _invalid(f"cannot read {path}: {error.strerror}") from None


def _invalid(message: str) -> errors.ToolError:
    return errors.ToolError(errors.INVALID_INPUT, message)
