"""`ordinaut mcp`: an assistant looks at pipelines and runs, tries, starts and watches them, over the Model Context Protocol."""

from __future__ import annotations

import asyncio
from typing import Final

import click

from activities import environment_names as names
from activities.transports import mcp as mcp_transport
from starter import documents, output
from starter.approvals import options, people
from workflows.core import errors

_DEFAULT_PORT: Final = 8485
_SCOPES: Final = ("read", "run")


@click.command("mcp", epilog="\b\nExample: ordinaut mcp pipelines/")
@click.argument("folders", nargs=-1, metavar="[FOLDER]...")
@click.option("--http", is_flag=True, help="Serve streamable HTTP on 127.0.0.1 instead of standard input and output.")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=_DEFAULT_PORT, show_default=True, help="Port for --http; 0 takes a free one."
)
@click.option("--scopes", default="read,run", show_default=True, help="What the assistant may do: read, run, or both.")
@options.person("the assistant acts for")
@output.json_option
def command(folders: tuple[str, ...], http: bool, port: int, scopes: str, who: str | None, as_json: bool) -> int:
    """Let an assistant list, check, mock-run, start and watch the pipelines of the FOLDERs, and read runs and schedules.

    Approving stays with people: there is no tool for it. Over HTTP each request carries the token in ORDINAUT_MCP_TOKEN.
    """
    allowed = _allowed(scopes)
    try:
        from starter.assistant import library, server
    except ImportError:
        raise errors.ToolError(errors.INVALID_INPUT, mcp_transport.MISSING) from None
    made = server.made(library.Library(library.folders(folders)), allowed, people.at_keyboard(who))
    if not http:
        if as_json:
            raise click.UsageError("standard output carries the protocol; --json goes with --http")
        output.note(f"an assistant may {' and '.join(sorted(allowed))}; it speaks by standard input and output, Ctrl-C ends it")
        made.run("stdio")
        return 0
    token = documents.settings().secret(names.MCP_TOKEN)
    if token is None:
        raise errors.ToolError(
            errors.INVALID_INPUT, f"{names.MCP_TOKEN} is not set; whoever knows its value may use the server: choose a long random one"
        )
    from starter.assistant import serving

    asyncio.run(serving.until_stopped(made, port, token, as_json))
    return 0


def _allowed(scopes: str) -> frozenset[str]:
    given = frozenset(word.strip() for word in scopes.split(",") if word.strip())
    if not given or not given <= set(_SCOPES):
        raise click.UsageError(f"--scopes {scopes!r}: expected read, run, or read,run")
    return given
