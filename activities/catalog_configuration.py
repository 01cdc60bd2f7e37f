"""Everything wrong with the `configuration` of a tool definition, for the loader of the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from activities import catalog_problems, environment_names
from workflows.core import errors, fit_words

_SECRET_NAME: Final = re.compile(r"(TOKEN|SECRET|PASSWORD|PASSPHRASE|API_KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?)(_FILE)?$")


def check(definition: Any, where: str) -> Iterator[errors.Problem]:
    """Names that no template may read, and actions that need a variable and are not there."""
    given = definition.get("configuration") if isinstance(definition, Mapping) else None
    for name, about in given.items() if isinstance(given, Mapping) else ():
        at = fit_words.path_to(where, ["configuration", name])
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            yield _problem("expected the name of an environment variable, in capitals", at)
        elif name in environment_names.SECRETS or _SECRET_NAME.search(name) or name.startswith(environment_names.PREFIX):
            yield _problem("names a secret or a setting of Ordinaut itself, which no template may read", at)
        required = about.get("required") if isinstance(about, Mapping) else None
        if isinstance(required, list):
            yield from _actions(required, definition.get("actions"), fit_words.path_to(at, ["required"]))


def _actions(required: list[Any], actions: Any, path: str) -> Iterator[errors.Problem]:
    if not isinstance(actions, Mapping):
        yield _problem("the tool has no actions, expected true", path)
        return
    for name in required:
        if isinstance(name, str) and name not in actions:
            near = fit_words.near(name, list(actions))
            yield _problem(
                f"there is no action '{name}', expected one of {', '.join(actions)}", path, f"did you mean '{near}'?" if near else ""
            )


def _problem(message: str, path: str, hint: str = "") -> errors.Problem:
    return errors.Problem(catalog_problems.BAD_REST, message, path=path, hint=hint)
