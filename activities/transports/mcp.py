"""Transports `mcp` and `stdio`: tools of Model Context Protocol servers, over streamable HTTP or as programs on this machine."""

from __future__ import annotations

import hashlib
import urllib.parse
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from activities import authentication, endpoints, exchange, outcomes
from activities import settings as settings_module
from activities.transports import base
from workflows.core import errors, model

if TYPE_CHECKING:  # the SDK takes a second to load, so only a call that needs it does
    from activities import mcp_servers

_INVALID: Final = frozenset({-32601, -32602})  # no such method, invalid params
_CLOSED: Final = -32000
_TIMED_OUT: Final = -32001
MISSING: Final = "the package `mcp` is not installed here: pip install 'ordinaut[mcp]'"


class Mcp:
    """Calls tools of MCP servers; one session a server."""

    def __init__(self, settings: settings_module.Settings, door: authentication.Door | None = None) -> None:
        self._settings = settings
        self._door = door if door is not None else authentication.Door(settings)
        self._servers: dict[str, tuple[str, mcp_servers.Server]] = {}

    async def send(self, call: base.Call) -> base.Answer:
        """Calls the server's tool.

        Raises:
            ToolError: UNREACHABLE before anything was asked, UNKNOWN_OUTCOME where the session broke after that; INVALID_INPUT and REJECTED
                as the server says.
        """
        arguments = {name: _plain(value, f"with.{name}") for name, value in call.arguments.items() if name != "action"}
        server = await self._server(call.tool)
        name = tool_name(call.tool, call.action)
        try:
            session = await server.session()
        except Exception as error:
            raise errors.ToolError(
                errors.UNREACHABLE, f"the MCP server cannot be reached: {self._said(error)}; nothing was asked of it"
            ) from None
        call.progress.sent = call.effect != model.SAFE
        try:
            result = await session.call_tool(name, arguments, read_timeout_seconds=call.remaining())
        except Exception as error:
            await server.close()
            raise self._failure(error, call) from None
        if result.is_error:
            raise _refused(result, self._settings.mask)
        return base.Answer(output(result))

    async def tools(self, tool: model.Tool) -> tuple[list[Any], str]:
        """What the server of a tool offers, and the title it gives itself.

        Raises:
            ToolError: UNREACHABLE, it cannot be asked.
        """
        server = await self._server(tool)
        try:
            session = await server.session()
            found, page = [], await session.list_tools()
            found += page.tools
            while page.next_cursor:
                page = await session.list_tools(cursor=page.next_cursor)
                found += page.tools
        except Exception as error:
            raise errors.ToolError(errors.UNREACHABLE, f"the MCP server cannot be asked for its tools: {self._said(error)}") from None
        about = session.server_info
        return found, (about.title or about.name) if about is not None else ""

    async def title(self, tool: model.Tool) -> str:
        """The title that the server of a tool gives itself when a session begins.

        Raises:
            ToolError: REJECTED, it does not let us in; UNREACHABLE, it cannot be asked.
        """
        server = await self._server(tool)
        try:
            about = (await server.session()).server_info
        except Exception as error:
            code = getattr(error, "code", None)
            if isinstance(code, int) and code not in (_CLOSED, _TIMED_OUT):  # the SDK tells no status
                raise errors.ToolError(errors.REJECTED, f"the MCP server answers with error {code}: {self._said(error)}") from None
            raise errors.ToolError(errors.UNREACHABLE, f"the MCP server cannot be reached: {self._said(error)}") from None
        return (about.title or about.name) if about is not None else ""

    async def close(self) -> None:
        """Ends all sessions."""
        for _, server in self._servers.values():
            await server.close()
        self._servers.clear()

    async def _server(self, tool: model.Tool) -> mcp_servers.Server:
        """The server of a tool; a new one where its definition or its credentials are others now."""
        try:
            from activities import mcp_servers
        except ImportError:
            raise errors.ToolError(errors.INVALID_INPUT, MISSING) from None
        opener, identity = await (self._over_stdio(tool) if tool.transport == "stdio" else self._over_http(tool))
        place = tool.definition.get("server") or tool.definition["executable"]
        known = self._servers.get(place)
        if known is not None and known[0] == identity:
            return known[1]
        if known is not None:
            await known[1].close()
        self._servers[place] = (identity, mcp_servers.Server(opener))
        return self._servers[place][1]

    async def _over_http(self, tool: model.Tool) -> tuple[mcp_servers.Opener, str]:
        from activities import mcp_servers

        url = server_url(tool, self._settings)
        request = await self._door.apply(tool, exchange.Request("POST", url, {}, b""), required="authentication" in tool.definition)
        return mcp_servers.over_http(request.url, request.headers), _digest(request.url, request.headers)

    async def _over_stdio(self, tool: model.Tool) -> tuple[mcp_servers.Opener, str]:
        from activities import mcp_servers

        names = tool.definition.get("program_environment", [])
        await self._settings.refresh(names)
        environment: dict[str, str] = {}
        for name in names:
            secret = self._settings.secret(name)
            if secret is None:
                raise errors.ToolError(errors.INVALID_INPUT, f"the program {tool.definition['executable']} needs {name}, which is not set")
            environment[name] = secret.reveal()
        program, arguments = tool.definition["executable"], list(tool.definition.get("program_arguments", []))
        return mcp_servers.over_stdio(program, arguments, environment), _digest(program, {**environment, "": "\0".join(arguments)})

    def _failure(self, error: Exception, call: base.Call) -> errors.ToolError:
        code = getattr(error, "code", None)
        if code in _INVALID:
            return errors.ToolError(errors.INVALID_INPUT, f"the MCP server refuses the call: {self._said(error)}")
        if isinstance(code, int) and code not in (_CLOSED, _TIMED_OUT):
            return errors.ToolError(errors.REJECTED, f"the MCP server answers with error {code}: {self._said(error)}")
        if type(error).__name__ in ("RuntimeError", "ValidationError"):  # the SDK judges results by the server's own schema
            return errors.ToolError(errors.BAD_OUTPUT, f"the MCP server's answer is not what it promises: {self._said(error)}")
        kind = errors.UNKNOWN_OUTCOME if call.progress.sent else errors.UNREACHABLE
        return errors.ToolError(kind, f"the session with the MCP server broke before its answer came: {self._said(error)}")

    def _said(self, error: BaseException) -> str:
        words = str(getattr(error, "message", "") or error).strip().splitlines()
        return outcomes.quote(self._settings.mask(words[0])) if words else type(error).__name__


def tool_name(tool: model.Tool, action: str | None) -> str:
    """The server's name of a tool: the definition's `mcp_tool`, else the action, else the last word of the address.

    >>> tool_name(tool_of("files.read_file"), None)
    'read_file'
    """
    return str(tool.definition.get("mcp_tool") or action or tool.address.rpartition(".")[2])


def server_url(tool: model.Tool, settings: settings_module.Settings) -> str:
    """The URL in `server`, NAME@URL; ORDINAUT_ENDPOINT_<SERVICE> replaces it.

    Raises:
        ToolError: INVALID_INPUT, it is none.
    """
    url = settings.endpoint(tool.service, tool.address.partition(".")[0]) or str(tool.definition["server"]).partition("@")[2]
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise errors.ToolError(
            errors.INVALID_INPUT,
            f"`server` of {tool.address} is no name@url like files@http://127.0.0.1:3000/mcp (found {endpoints.shown(url)!r})",
        )
    return url


def output(result: Any) -> Any:
    """The structured content, else `{"text": all texts, "content": [...]}`; of images, sounds and files only type, size and digest."""
    if result.structured_content is not None:
        return exact(result.structured_content)
    blocks = [block.model_dump(mode="json", by_alias=True, exclude_none=True) for block in result.content]
    texts = [block["text"] for block in blocks if block.get("type") == "text"]
    return {"text": "\n".join(texts), "content": [_without_data(exact(block)) for block in blocks]}


def exact(value: Any) -> Any:
    """JSON as our steps have it: no float."""
    match value:
        case float():
            return Decimal(repr(value))
        case list():
            return [exact(item) for item in value]
        case dict():
            return {name: exact(item) for name, item in value.items()}
    return value


def _plain(value: Any, path: str) -> Any:
    """JSON as the SDK sends it; a decimal that a float cannot hold exactly is refused rather than changed."""
    match value:
        case Decimal():
            number = int(value) if value == value.to_integral_value() else float(value)
            if Decimal(repr(number)) != value:
                raise errors.ToolError(
                    errors.INVALID_INPUT, f"{path}: {value} has more digits than MCP's numbers hold; send it as text: ${{value | string}}"
                )
            return number
        case list():
            return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
        case dict():
            return {name: _plain(item, f"{path}.{name}") for name, item in value.items()}
    return value


def _without_data(block: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(block)
    for name in ("data", "blob"):
        if isinstance(made.get(name), str):
            data = made.pop(name).encode()
            made |= {"base64_bytes": len(data), "base64_sha256": hashlib.sha256(data).hexdigest()}
    if isinstance(made.get("resource"), dict):
        made["resource"] = _without_data(made["resource"])
    return made


def _refused(result: Any, mask: Any) -> errors.ToolError:
    texts = " ".join(block.text for block in result.content if getattr(block, "type", "") == "text")
    said = outcomes.quote(mask(texts)) or "no reason"
    kind = errors.INVALID_INPUT if "-32602" in texts else errors.REJECTED
    return errors.ToolError(kind, f'the tool says: "{said}"')


def _digest(place: str, values: Mapping[str, str]) -> str:
    """A mark of a server and its credentials, without holding them."""
    return hashlib.sha256("\0".join([place, *(f"{name}={value}" for name, value in sorted(values.items()))]).encode()).hexdigest()
