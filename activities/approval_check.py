"""Checks once more, where a call is about to be sent, that people approved exactly these arguments; for the tool-call activity.

The run has asked them. But whoever can write to Temporal could make a call of their own, with a record of their own: so the worker that
holds the credentials believes only what its own policy lets count.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activities import endpoints, policy_file, signatures
from activities import environment_names as names
from activities import settings as settings_module
from workflows.core import errors, model
from workflows.core.approvals import book, digest, policy, request, rule, token


def check(tool: model.Tool, arguments: dict[str, Any], record: Any, run: str, settings: settings_module.Settings) -> None:
    """Lets a call through that needs no approval, has one, or goes to a stand-in on this machine.

    Raises:
        ToolError: INVALID_INPUT, with the reason; nothing was sent.
    """
    action = arguments.get("action")
    own = rule.declared(tool, action if isinstance(action, str) else None)
    if own is None:
        return
    name = action if isinstance(action, str) else tool.address
    if record is None:
        if not _is_local(tool, settings):
            raise _refused(name, "and this call carries none", tool)
        return
    if not isinstance(record, Mapping) or record.get("digest") != digest.of(arguments):
        raise _refused(name, "and the one that was given is for other arguments than these", tool)
    try:
        counted = {**record, "decisions": _counted(record, run, settings), **_defaults(settings)}
    except (policy.PolicyError, KeyError, TypeError, AttributeError) as error:
        raise _refused(name, f"and the one that was given cannot be checked ({error})", tool) from None
    if not rule.is_met(own, arguments, counted):
        raise _refused(name, "and the one that was given is not by enough of the people who may give it", tool)


def _defaults(settings: settings_module.Settings) -> dict[str, Any]:
    return {"default_approvers": list(policy_file.facts(settings).approvers)}


def _counted(record: Mapping[str, Any], run: str, settings: settings_module.Settings) -> list[dict[str, Any]]:
    """The decisions that this worker believes, with the roles that its policy gives."""
    facts = policy_file.facts(settings)
    found = []
    for one in record["decisions"]:
        claimed: tuple[str, ...] = ()
        if "token" in one:
            try:
                claims = token.claims(str(one["token"]), facts.keys, signatures.is_signed)
            except book.Refused:
                continue
            bound = (claims.run, claims.step, claims.digest, claims.decision, claims.who.strip())
            if bound != (run, record["name"], record["digest"], request.APPROVE, one["who"]):
                continue
            claimed = claims.roles
        elif not facts.trust_local:
            continue
        roles = facts.roles_of(str(one["who"]), claimed)
        if roles is not None:
            found.append({**one, "roles": list(roles)})
    return found


def _is_local(tool: model.Tool, settings: settings_module.Settings) -> bool:
    try:
        return endpoints.is_local(endpoints.resolve(tool, settings))
    except errors.ToolError:
        return False


def _refused(name: str, why: str, tool: model.Tool) -> errors.ToolError:
    service = tool.service.upper().replace("-", "_")
    return errors.ToolError(
        errors.INVALID_INPUT,
        f"{name} needs an approval, {why}; without one it is only sent to a stand-in on this machine:"
        f" {names.ENDPOINT_PREFIX}{service}=http://127.0.0.1:9000",
    )
