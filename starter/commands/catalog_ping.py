"""What `ordinaut catalog --ping` says: for each configured service whether its credentials work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from activities import catalog as catalog_module
from activities import pings
from activities import settings as settings_module
from starter import output
from workflows.core import errors, fit_words, problems


def run(names: Sequence[str], tools: catalog_module.Catalog, settings: settings_module.Settings, as_json: bool) -> int:
    """Pings the services and addresses, or all; gives the exit code: 1 where one that is configured does not work.

    Raises:
        ToolError: INVALID_INPUT, there is no such service or address.
    """
    known = pings.services(tools.values())
    asked = [one.name for name in names for one in _named(name, known)]
    wanted = [one for one in known if one.name in asked] if names else known
    found = asyncio.run(pings.Pings(settings).all(wanted, asked))
    failed = [one for one in found if one.state in pings.FAILED]
    if as_json:
        output.json_document({"ok": not failed, "services": [_facts(one) for one in found]})
    else:
        _say(found)
    return 1 if failed else 0


def _named(name: str, known: list[pings.Service]) -> list[pings.Service]:
    """What a service or an address means; a service may be several, each with credentials of its own."""
    found = [one for one in known if name in (one.name, one.tool.service) or name in one.addresses]
    if not found:
        names = sorted({one.tool.service for one in known} | {address for one in known for address in one.addresses})
        near = fit_words.near_all(name, dict.fromkeys(names), 3)
        hint = problems.did_you_mean(name, near) or "'ordinaut catalog' lists the tools"
        raise errors.ToolError(errors.INVALID_INPUT, f"no service or tool '{name}' that can be pinged; {hint}")
    return found


def _facts(one: pings.Answer) -> dict[str, Any]:
    return {
        "service": one.service.tool.service,
        "name": one.service.name,
        "addresses": list(one.service.addresses),
        "state": one.state,
        "said": one.said,
        "missing": list(one.missing),
    }


def _say(found: list[pings.Answer]) -> None:
    for one in found:
        needs = f"needs {' and '.join(one.missing)}" if one.missing else ""
        said = "; ".join(part for part in (one.said, needs) if part)
        output.say(f"{one.service.name:<24} {one.state:<15} {said}".rstrip())
    count = {state: sum(one.state == state for one in found) for state in dict.fromkeys(one.state for one in found)}
    output.say(f"{len(found)} services: {', '.join(f'{number} {state}' for state, number in count.items())}")
