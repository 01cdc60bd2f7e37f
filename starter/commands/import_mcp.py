"""`ordinaut import-mcp`: a server's tools become a file of a catalog."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from activities import catalog as catalog_module
from activities import json_text
from activities import settings as settings_module
from activities.transports import mcp
from starter import documents, mcp_import, output
from workflows.core import errors

_SECONDS: Final = 30


@click.command("import-mcp", epilog="\b\nExample: ordinaut import-mcp files http://127.0.0.1:3000/mcp -o my-catalog/files.json")
@click.argument("service")
@click.argument("server", nargs=-1, required=True)
@click.option("-o", "--output", "file", metavar="FILE", help="Write the definition there; to stdout where left out.")
@click.option("--env", "names", multiple=True, metavar="NAME", help="A variable that a program is given; as often as you like.")
@output.json_option
def command(service: str, server: tuple[str, ...], file: str | None, names: tuple[str, ...], as_json: bool) -> int:
    """Write the tools of an MCP SERVER as a catalog file: SERVER is a URL, or a program with its arguments (after --).

    Each tool becomes an action. Its effect is what the server says of itself, `unsafe` where it says nothing: read it through before
    you trust it.
    """
    reached = _reached(service, server, names)
    made = asyncio.run(_asked(service, reached, documents.settings()))
    text = msgspec.json.format(json_text.encode(made), indent=2) + b"\n"
    if file is not None:
        _write(Path(file), text)
    if as_json:
        output.json_document({"ok": True, "address": made["address"], "file": file, "actions": list(made["actions"])})
    elif file is None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    else:
        output.say(f"{file}: {made['address']} with {len(made['actions'])} actions: {', '.join(made['actions'])}")
    output.note("the effects are what the server says of itself; look through them before a pipeline relies on them")
    return 0


def _reached(service: str, server: tuple[str, ...], names: tuple[str, ...]) -> dict[str, Any]:
    if server[0].startswith(("http://", "https://")):
        if len(server) > 1 or names:
            raise click.UsageError("a URL stands alone; further arguments and --env are for a program")
        return {"transport": "mcp", "server": f"{service}@{server[0]}"}
    reached: dict[str, Any] = {"transport": "stdio", "executable": server[0]}
    if len(server) > 1:
        reached["program_arguments"] = list(server[1:])
    return {**reached, "program_environment": list(names)} if names else reached


async def _asked(service: str, reached: dict[str, Any], settings: settings_module.Settings) -> dict[str, Any]:
    tool = catalog_module.to_tool({"address": f"{service}.tools", "service": service, **reached})
    servers = mcp.Mcp(settings)
    try:
        async with asyncio.timeout(_SECONDS):
            tools, title = await servers.tools(tool)
    except TimeoutError:
        raise errors.ToolError(errors.UNREACHABLE, f"the MCP server did not answer in {_SECONDS} s") from None
    finally:
        await servers.close()
    return mcp_import.definition(service, reached, tools, title)


def _write(path: Path, text: bytes) -> None:
    try:
        path.write_bytes(text)
    except OSError as error:
        raise errors.ToolError(errors.INVALID_INPUT, f"cannot write '{path}': {error.strerror}") from None
