"""`ordinaut catalog`: the tools, their actions and schemas, and what is configured."""

from __future__ import annotations

import datetime
from typing import Any

import click

from activities import authentication, certificates, configuration, endpoints, service_limits
from activities import catalog as catalog_module
from activities import environment_names as names
from activities import settings as settings_module
from activities.transports import mcp, redis
from starter import documents, output
from starter.commands import catalog_ping
from workflows.core import composed, errors, model, problems


@click.command("catalog", epilog="\b\nExample: ordinaut catalog maib.banking")
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option("--ping", is_flag=True, help="Tell for each service (or the services and addresses named) whether its credentials work.")
@output.json_option
def command(addresses: tuple[str, ...], ping: bool, as_json: bool) -> int:
    """List the tools, or show one: actions with their effect, schemas, what is configured and what is missing."""
    settings = documents.settings()
    tools = documents.catalog(settings)
    if ping:
        return catalog_ping.run(addresses, tools, settings, as_json)
    if len(addresses) > 1:
        raise click.UsageError(f"found {len(addresses)} addresses, expected one, or --ping with them")
    return _shown(addresses[0] if addresses else None, tools, settings, as_json)


def _shown(address: str | None, tools: catalog_module.Catalog, settings: settings_module.Settings, as_json: bool) -> int:
    if address is None:
        return _list([_facts(tools[one], tools, settings) for one in tools.addresses()], as_json)
    tool = tools.get(address)
    if tool is None:
        near = tools.near(address)
        hint = problems.did_you_mean(address, near) or (f"near: {', '.join(near)}" if near else "'ordinaut catalog' lists the tools")
        raise errors.ToolError(errors.INVALID_INPUT, f"no tool '{address}' in the catalog; {hint}")
    facts = {**_facts(tool, tools, settings), "input_schema": tool.input_schema, "output_schema": tool.output_schema}
    facts["actions"] = {
        name: {"effect": effect, "output_schema": tool.output_schema_of(name), **_calls(tool, name)}
        for name, effect in tool.actions.items()
    }
    if as_json:
        output.json_document(facts)
    else:
        _show(facts)
    return 0


def _calls(tool: model.Tool, action: str | None) -> dict[str, Any]:
    """{"calls": ["jira.issues search"]} of an action that is made of steps."""
    made = tool.composed(action)
    return {"calls": [f"{step['uses']} {step.get('with', {}).get('action', '')}".strip() for step in made["steps"]]} if made else {}


def _facts(tool: model.Tool, tools: catalog_module.Catalog, settings: settings_module.Settings) -> dict[str, Any]:
    configured, missing = _inner(tool, tools, settings) if tool.transport == "pipeline" else _configuration(tool, settings)
    limit = tools.limits.get(tool.service)
    return {
        "address": tool.address,
        "title": tool.definition.get("title", tool.address),
        "description": tool.definition.get("description", ""),
        "transport": tool.transport,
        "service": tool.service,
        "timeout_seconds": tool.timeout_seconds,
        "limit": service_limits.limited(limit, settings.rate_limits).as_json() if limit else None,
        "scopes": tool.definition.get("scopes", []),
        "cost_tier": tool.definition.get("cost_tier"),
        "actions": {name: {"effect": effect} for name, effect in tool.actions.items()},
        "effect": None if tool.actions else tool.effect,
        **_calls(tool, None),
        "configured": configured,
        "missing": missing,
        "digest": tool.digest,
        "file": tool.file,
    }


def _inner(tool: model.Tool, tools: catalog_module.Catalog, settings: settings_module.Settings) -> tuple[list[str], list[str]]:
    """The same as `_configuration` of all tools that a tool made of steps calls, each thing once."""
    made = [one for name in tool.actions or [None] if (one := tool.composed(name))]
    inner = dict.fromkeys(address for one in made for address in composed.addresses(one))
    found = [_configuration(tools[address], settings) for address in inner if address in tools]
    return list(dict.fromkeys(part for one, _ in found for part in one)), list(dict.fromkeys(part for _, one in found for part in one))


def _configuration(tool: model.Tool, settings: settings_module.Settings) -> tuple[list[str], list[str]]:
    """(what is set, what is not): endpoints and the names of variables, never a value of one."""
    if tool.transport == "system":
        return ["built in"], []
    door = authentication.Door(settings)
    missing = configuration.missing(tool, settings, door)
    of_actions = configuration.in_words(configuration.missing_of_actions(tool, settings))
    match tool.transport:
        case "database" | "redis":
            configured = [] if missing else [names.DATABASE_URL if tool.transport == "database" else redis.URL_SETTING]
        case "stdio":
            given = [name for name in tool.definition.get("program_environment", []) if name not in missing]
            configured = [f"program {tool.definition['executable']}", *given]
        case "mcp":
            configured = [f"server {endpoints.shown(mcp.server_url(tool, settings))}"]
        case "rest":
            configured, more = _direct(tool, settings, door)
            missing += [one for one in more if one not in missing]
        case _:
            configured, more = _bridge(tool, settings, door)
            missing = [*more, *missing]
    return configured, [*missing, *of_actions]


def _bridge(tool: model.Tool, settings: settings_module.Settings, door: authentication.Door) -> tuple[list[str], list[str]]:
    """Endpoint and authentication of a tool behind a bridge, or over WebSocket."""
    configured, missing = [], []
    if settings.endpoint(tool.service, tool.address.partition(".")[0]) is not None:
        configured.append(f"endpoint {endpoints.shown(endpoints.resolve(tool, settings))}")
    else:
        missing.append(
            f"ORDINAUT_ENDPOINT_{tool.service.upper().replace('-', '_')} (else {endpoints.shown(str(tool.definition.get('endpoint')))})"
        )
    if tool.definition.get("authentication"):
        (missing if door.missing(tool) else configured).append(
            f"authentication ({tool.definition['authentication']['type']}; a bridge may do its own)"
        )
    return configured, missing


def _direct(tool: model.Tool, settings: settings_module.Settings, door: authentication.Door) -> tuple[list[str], list[str]]:
    """Endpoint, authentication and certificate of a vendor that is called directly."""
    configured, missing = [], []
    try:
        configured.append(f"endpoint {endpoints.shown(endpoints.resolve(tool, settings))}")
    except errors.ToolError:
        missing.append(str(tool.definition.get("endpoint_setting")))
    if not door.missing(tool):
        configured.append(f"authentication ({(tool.definition.get('authentication') or {}).get('type', authentication.NONE)})")
    now = datetime.datetime.now(datetime.UTC)
    for left in door.days_left([tool], now).values():
        if left < certificates.WARNING_DAYS:
            missing.append(f"a new certificate ({'it is over' if left < 0 else f'it ends in {left} days'})")
    return configured, missing


def _list(found: list[dict[str, Any]], as_json: bool) -> int:
    if as_json:
        output.json_document({"tools": found})
        return 0
    for one in found:
        actions = f"{len(one['actions'])} actions" if one["actions"] else str(one["effect"])
        state = "ready" if not one["missing"] else "needs " + ", ".join(part.split(" (")[0] for part in one["missing"])
        output.say(f"{one['address']:<34} {one['transport']:<9} {actions:<12} {state}")
    output.say(f"{len(found)} tools; 'ordinaut catalog ADDRESS' shows one")
    return 0


def _show(facts: dict[str, Any]) -> None:
    output.say(f"{facts['address']}: {facts['title']}")
    if facts["description"]:
        output.say(f"  {facts['description']}")
    cost = facts["cost_tier"] or "none"
    output.say(f"  transport {facts['transport']}, service {facts['service']}, timeout {facts['timeout_seconds']} s, cost {cost}")
    for line in _limit(facts["limit"]):
        output.say(f"  {line}")
    for word in ("configured", "missing"):
        for line in facts[word]:
            output.say(f"  {word}: {line}")
    if facts["actions"]:
        output.say("  actions:")
        for name, about in facts["actions"].items():
            output.say(f"    {name:<28} {about['effect']}{_made_of(about)}")
    else:
        output.say(f"  effect: {facts['effect']}{_made_of(facts)}")
    required = facts["input_schema"].get("required", [])
    output.say("  arguments:")
    for name, schema in _arguments(facts["input_schema"]).items():
        kind = schema.get("type", "any") if isinstance(schema, dict) else "any"
        mark = " (required)" if name in required else ""
        output.say(f"    {name:<28} {kind if isinstance(kind, str) else ' or '.join(kind)}{mark}")


def _made_of(facts: dict[str, Any]) -> str:
    inner = dict.fromkeys(one for one in facts.get("calls", ()) if not one.startswith("system."))
    return f", calls {', '.join(inner)}" if inner else ""


def _limit(limit: dict[str, Any] | None) -> list[str]:
    """What is let through of the tool's service; nothing where it is not limited."""
    if limit is None:
        return []
    rate = str(service_limits.Rate(limit["calls"], limit["per"])) if limit["calls"] else "no rate limit"
    return [
        f"limit of {limit['task_queue']}: {rate}, {limit['calls_at_once']} at once in a worker",
        *([f"  {limit['source']}"] if limit["source"] else []),
    ]


def _arguments(schema: dict[str, Any]) -> dict[str, Any]:
    """The schemas of all arguments by name, those that only a `vendor_schema` declares last."""
    parts = [schema, *(part for part in schema.get("allOf", []) if isinstance(part, dict))]
    found: dict[str, Any] = {}
    for part in parts:
        for name, given in part.get("properties", {}).items():
            found.setdefault(name, given)
    return found
