"""Certificate authorities, certificates and PKCS#12 files made on the spot, for the tests of mutual TLS and signatures."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self, password: bytes | None = None) -> bytes:
        encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    def pkcs12(self, password: str, *authorities: Issued, legacy: bool = False) -> bytes:
        """A PKCS#12 file; `legacy` as banks' tools still write it (3DES and SHA-1)."""
        chain = [one.certificate for one in authorities]
        encryption: serialization.KeySerializationEncryption = serialization.BestAvailableEncryption(password.encode())
        if legacy:
            builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2_000)
            builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())
            encryption = builder.build(password.encode())
        return pkcs12.serialize_key_and_certificates(b"company", self.key, self.certificate, chain, encryption)

    def write(self, folder: Path, name: str) -> tuple[str, str]:
        """(path of the certificate, path of the key), both PEM."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_bytes(self.certificate_pem)
        key.write_bytes(self.key_pem())
        return str(certificate), str(key)


def rsa_key() -> rsa.RSAPrivateKey:
    """An RSA key of the usual size."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def authority(name: str = "Tests' authority") -> Issued:
    """An authority that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, key, 3_650).issuer_name(_name(name))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    return Issued(builder.add_extension(usage, critical=True).sign(key, hashes.SHA256()), key)


def issue(by: Issued, name: str, days: float = 365, key: Key | None = None, starts_in_days: float = -1) -> Issued:
    """A certificate for 127.0.0.1, good for servers, clients and signatures, that ends in `days`."""
    own = key if key is not None else ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, own, days, starts_in_days).issuer_name(by.certificate.subject)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION]
    builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)  # signs, and stands by what it signed
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False)
    return Issued(builder.sign(by.key, hashes.SHA256()), own)


def _builder(name: str, key: Key, days: float, starts_in_days: float = -1) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + min(starts_in_days, days - 1) * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
