"""How people may sign in on the page, as the settings say: OpenID Connect, tokens from a file, or a name that nobody vouches for."""

from __future__ import annotations

import ipaddress
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from activities import environment_names as names
from activities import settings as settings_module

DEFAULT_ROLES_CLAIM: Final = "roles"
CALLBACK: Final = "/sign-in/oidc/callback"
_LOCALHOST: Final = "localhost"


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """The company's sign-in. The secret is read when it is used, so that it can be changed without a restart."""

    issuer: str
    client_id: str
    roles_claim: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What is configured. `origin` is the page's own: "https://approvals.company.com"; None where only this machine may open it."""

    oidc: OpenIdConnect | None
    tokens_file: Path | None
    local: bool
    origin: str | None

    @property
    def secure(self) -> bool:
        """Whether browsers reach the page by TLS."""
        return (self.origin or "").startswith("https://")

    @property
    def any(self) -> bool:
        """Whether somebody can sign in."""
        return self.oidc is not None or self.tokens_file is not None or self.local


def read(settings: settings_module.Settings) -> Ways:
    """What the settings say.

    Raises:
        settings.SettingsError: something is missing or cannot be used, everything of it.
    """
    problems: list[str] = []
    origin = _origin(settings.plain(names.PAGE_URL), problems)
    oidc = _oidc(settings, origin, problems)
    tokens = settings.plain(names.PAGE_TOKENS_FILE)
    if problems:
        raise settings_module.SettingsError(problems)
    vouched = oidc is not None or tokens is not None
    return Ways(oidc, Path(tokens) if tokens else None, settings.trust_local_approvers and not vouched, origin)


def is_loopback(host: str | None) -> bool:
    """Whether a name or address is this machine's own: `localhost`, `127.0.0.1`, `::1`."""
    try:
        return host == _LOCALHOST or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _origin(given: str | None, problems: list[str]) -> str | None:
    if given is None:
        return None
    parts = _parts(given)
    if parts is None or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        problems.append(f"{names.PAGE_URL}: found {given!r}, expected scheme and host alone, like https://approvals.company.com")
        return None
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        problems.append(f"{names.PAGE_URL}: found {given!r}, expected https: sessions that approve payments do not go over plain HTTP")
        return None
    return _as_browsers_write(parts)


def _as_browsers_write(parts: urllib.parse.SplitResult) -> str:
    """The origin as the header Origin has it: small letters, no port where it is the scheme's own."""
    default = {"https": 443, "http": 80}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


def _oidc(settings: settings_module.Settings, origin: str | None, problems: list[str]) -> OpenIdConnect | None:
    issuer, client_id = settings.plain(names.OIDC_ISSUER), settings.plain(names.OIDC_CLIENT_ID)
    has_secret, claim = settings.has(names.OIDC_CLIENT_SECRET), settings.plain(names.OIDC_ROLES_CLAIM)
    given = {names.OIDC_ISSUER: issuer, names.OIDC_CLIENT_ID: client_id, names.OIDC_CLIENT_SECRET: has_secret}
    if not any(given.values()) and claim is None:
        return None
    missing = [name for name, value in given.items() if not value]
    if settings.plain(names.PAGE_URL) is None:
        missing.append(names.PAGE_URL)
    if missing:
        problems.append(f"the sign-in by OpenID Connect also needs {', '.join(missing)}")
    parts = _parts(issuer) if issuer else None
    if issuer and (parts is None or parts.query or parts.fragment):
        problems.append(f"{names.OIDC_ISSUER}: found {issuer!r}, expected an address like https://login.company.com/realms/main")
    elif parts is not None and parts.scheme == "http" and not is_loopback(parts.hostname):
        problems.append(f"{names.OIDC_ISSUER}: found {issuer!r}, expected https")
    if not issuer or not client_id or origin is None:
        return None
    return OpenIdConnect(issuer, client_id, claim or DEFAULT_ROLES_CLAIM, origin + CALLBACK)


def _parts(url: str) -> urllib.parse.SplitResult | None:
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None
