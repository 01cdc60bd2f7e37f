"""`basic_auth`: a user name and a secret, base64 in the Authorization header (RFC 7617)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from activities import secrets
from activities import settings as settings_module


def names(authentication: Mapping[str, Any], service: str) -> list[str]:
    """The variables needed: JIRA_USERNAME and JIRA_API_TOKEN, where `password_field` is api_token."""
    prefix = service.upper().replace("-", "_")
    password = str(authentication.get("password_field", "password")).upper()
    return [str(authentication.get("username", f"{prefix}_USERNAME")), str(authentication.get("secret", f"{prefix}_{password}"))]


def headers(authentication: Mapping[str, Any], service: str, settings: settings_module.Settings) -> dict[str, str] | None:
    """The header, or None where user name or secret are not configured."""
    user_name, secret_name = names(authentication, service)
    user, secret = settings.plain(user_name), settings.secret(secret_name)
    if user is None or secret is None:
        return None
    pair = base64.b64encode(f"{user}:{secret.reveal()}".encode()).decode("ascii")
    settings.hide(f"{secret_name} in base64", secrets.Secret(pair))
    return {"Authorization": f"Basic {pair}"}
