"""Where a certificate and its key lie, for the kinds that use one: what the service's variables say, else the definition."""

from __future__ import annotations

import os

from activities import certificates
from activities.auth import base


def names(way: base.Way) -> list[str]:
    """The variable of the password."""
    return [_password_name(way)]


def missing(way: base.Way) -> list[str]:
    """[] where there is a certificate file: "MAIB_CERTIFICATE_PATH (there is no /certs/maib.pem)"."""
    setting = _setting(way)
    if way.plain(setting):
        return []
    written = way.given.get("certificate_path")
    if written is None:
        return [setting]
    return [] if os.path.isfile(str(written)) else [f"{setting} (there is no file {written})"]


def found(way: base.Way) -> certificates.Files | None:
    """The files, None where none are configured.

    Raises:
        ToolError: INVALID_INPUT, the password cannot be read.
    """
    if missing(way):
        return None
    certificate = way.plain(_setting(way)) or str(way.given["certificate_path"])
    key = way.plain(way.name("private_key_setting", "PRIVATE_KEY_PATH")) or way.given.get("private_key_path")
    name = _password_name(way)
    password = way.secret(name) if way.settings.has(name) else None
    return certificates.Files(certificate, str(key) if key else None, password)


def _setting(way: base.Way) -> str:
    ending = "DIGITAL_CERT_PATH" if way.given.get("type") == "digital_signature" else "CERTIFICATE_PATH"
    return way.name("certificate_setting", ending)


def _password_name(way: base.Way) -> str:
    return way.name("password_env", "CERTIFICATE_PASSWORD")
