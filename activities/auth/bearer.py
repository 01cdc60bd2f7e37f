"""`bearer_token`: one secret in one header, `Authorization: token ghp_...`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activities import settings as settings_module

#: Endings of the variable that holds a service's token, tried in this order: GITHUB_TOKEN, SLACK_BOT_TOKEN, OPENAI_API_KEY.
SUFFIXES: Final = ("TOKEN", "BOT_TOKEN", "API_TOKEN", "API_KEY")


def names(authentication: Mapping[str, Any], service: str) -> list[str]:
    """The variables that may hold the token; `secret` in the definition names one itself."""
    if "secret" in authentication:
        return [str(authentication["secret"])]
    return [f"{service.upper().replace('-', '_')}_{suffix}" for suffix in SUFFIXES]


def headers(authentication: Mapping[str, Any], service: str, settings: settings_module.Settings) -> dict[str, str] | None:
    """The header, or None where no secret is configured."""
    for name in names(authentication, service):
        secret = settings.secret(name)
        if secret is not None:
            prefix = str(authentication.get("token_prefix", "Bearer")).strip()
            return {str(authentication.get("header_name", "Authorization")): f"{prefix} {secret.reveal()}".strip()}
    return None
