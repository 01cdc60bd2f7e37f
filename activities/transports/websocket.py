"""Transport `websocket`: sends messages over a connection of its own and takes the answer, or collects messages until a condition holds.

    "websocket": {"send": {"subscribe": "${arguments.channel}"}, "keep": "${message.type == 'trade'}", "until": "${message.type == 'end'}"}

`catalogs/README.md` says everything that it may hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import websockets
from websockets.asyncio import client as websocket_client

from activities import authentication, configuration, endpoints, exchange, json_text, outcomes
from activities import settings as settings_module
from activities.rest import parts, request, segments
from activities.transports import base
from workflows.core import errors, limits, model, scope

DEFAULT_MAX_MESSAGES: Final = 1_000
_OPEN_SECONDS: Final = 10
_CLOSE_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class Description:
    """A compiled `websocket`. Without `until`, `seconds` and `max_messages` the first message is the answer."""

    path: tuple[segments.Segment, ...] = ()
    send: parts.Part | None = None
    until: parts.Part | None = None
    keep: parts.Part | None = None
    error: parts.Part | None = None
    result: parts.Part | None = None
    seconds: parts.Part | None = None
    max_messages: int = DEFAULT_MAX_MESSAGES
    collects: bool = False


class Websocket:
    """Calls services that answer over WebSocket (RFC 6455); a connection for each call."""

    def __init__(self, settings: settings_module.Settings, door: authentication.Door | None = None) -> None:
        self._settings = settings
        self._door = door if door is not None else authentication.Door(settings)

    async def send(self, call: base.Call) -> base.Answer:
        """Opens a connection, sends, reads, closes.

        Raises:
            ToolError: UNREACHABLE, no connection could be opened; REJECTED, the service refused it or `error` found one; UNKNOWN_OUTCOME,
                the connection broke after a message with an effect was sent; BAD_OUTPUT, too much came.
        """
        description = of(call.tool, call.action)
        configuration.check(call.tool, call.action, self._settings, self._door)
        roots = self._roots(call)
        names = scope.Scope(roots)
        messages = [_encoded(one) for one in _listed(description.send, names)]
        opened = await self._opened(call, request.path(description.path, names))
        try:
            async with opened as connection:
                call.progress.sent = bool(messages) and call.effect != model.SAFE
                for message in messages:
                    await connection.send(message)
                return base.Answer(await _collected(connection, description, roots, call))
        except websockets.ConnectionClosed as error:
            raise _broken(error, call) from None
        except OSError as error:
            raise _broken(error, call) from None

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _opened(self, call: base.Call, path: str) -> Any:
        url = endpoints.resolve(call.tool, self._settings)
        unsigned = exchange.Request("GET", url.rstrip("/") + path, {}, b"")
        signed = await self._door.apply(call.tool, unsigned, required="authentication" in call.tool.definition)
        seconds = min(_OPEN_SECONDS, call.remaining())
        try:
            return await _Connect(
                _websocket_url(signed.url),
                additional_headers=dict(signed.headers),
                user_agent_header=None,
                proxy=None,
                open_timeout=seconds,
                close_timeout=_CLOSE_SECONDS,
                max_size=limits.MAX_PAYLOAD_BYTES,
            )
        except websockets.InvalidStatus as error:
            raise _refused(error) from None
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            said = str(error) or f"no answer in {seconds:g} s"
            raise errors.ToolError(
                errors.UNREACHABLE,
                f"no connection to {endpoints.shown(url)}: {outcomes.quote(self._settings.mask(said))}; nothing was sent",
            ) from None

    def _roots(self, call: base.Call) -> dict[str, Any]:
        return {
            "arguments": call.arguments,
            "key": call.key,
            "settings": configuration.of_templates(call.tool, self._settings),
        }


class _Connect(websocket_client.connect):
    """Follows no redirect: where a call goes is said by the catalog alone."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def of(tool: model.Tool, action: str | None) -> Description:
    """What the definition says of an action, or of a tool without actions."""
    actions = tool.definition.get("actions", {})
    given: Mapping[str, Any] = (actions.get(action) or tool.definition).get("websocket") or tool.definition["websocket"]
    named = {name: parts.of(given, name, "websocket") for name in ("send", "until", "keep", "error", "result", "seconds")}
    return Description(
        path=segments.of(given.get("path", ""), "websocket.path"),
        **named,
        max_messages=given.get("max_messages", DEFAULT_MAX_MESSAGES),
        collects=bool({"until", "seconds", "max_messages"} & set(given)),
    )


async def _collected(connection: Any, description: Description, roots: Mapping[str, Any], call: base.Call) -> Any:
    """The answer: one message, or those that were kept until the condition held, the time was over or there were enough."""
    kept: list[Any] = []
    complete = False
    deadline = _deadline(description, roots, call)
    while len(kept) < description.max_messages:
        try:
            async with asyncio.timeout_at(deadline):
                message = _decoded(await connection.recv())
        except TimeoutError:
            break
        except websockets.ConnectionClosedOK:
            if not description.collects:
                raise
            complete = description.until is None
            break
        names = scope.Scope({**roots, "message": message, "messages": kept})
        _check_error(description, names)
        if description.keep is None or description.keep.value(names, errors.BAD_OUTPUT) is True:
            kept.append(message)
        if not description.collects or (description.until is not None and description.until.value(names, errors.BAD_OUTPUT) is True):
            complete = True
            break
    whole = {"messages": kept, "complete": complete} if description.collects else (kept[0] if kept else None)
    if description.result is None:
        return whole
    names = scope.Scope({**roots, "message": kept[-1] if kept else None, "messages": kept, "complete": complete})
    return description.result.value(names, errors.BAD_OUTPUT)


def _deadline(description: Description, roots: Mapping[str, Any], call: base.Call) -> float | None:
    """When collecting ends by itself; None where only the call's own time ends it."""
    if description.seconds is None:
        return None
    seconds = description.seconds.value(scope.Scope(roots))
    if not isinstance(seconds, int | float) and not hasattr(seconds, "__float__"):
        raise errors.ToolError(errors.INVALID_INPUT, f"websocket.seconds: found {seconds!r}, expected a number")
    return asyncio.get_running_loop().time() + min(float(seconds), call.remaining() * 0.9)


def _check_error(description: Description, names: scope.Scope) -> None:
    found = description.error.value(names, errors.BAD_OUTPUT) if description.error is not None else None
    if found is not None and found is not False:
        said = found if isinstance(found, str) else json_text.encode(found).decode()
        raise errors.ToolError(errors.REJECTED, f'the service says: "{outcomes.quote(said)}"')


def _refused(error: websockets.InvalidStatus) -> errors.ToolError:
    status = error.response.status_code
    kind = errors.THROTTLED if status == 429 else errors.UNREACHABLE if status >= 500 else errors.REJECTED
    return errors.ToolError(
        kind, f"the service answers the opening of the connection with HTTP {status}; nothing was sent", {"status": status}
    )


def _broken(error: Exception, call: base.Call) -> errors.ToolError:
    kind = errors.UNKNOWN_OUTCOME if call.progress.sent else errors.UNREACHABLE
    state = "after the message was sent" if call.progress.sent else "before the answer came"
    return errors.ToolError(kind, f"the connection ended {state}: {outcomes.quote(str(error))}")


def _listed(send: parts.Part | None, names: scope.Scope) -> list[Any]:
    value = send.value(names) if send is not None else []
    return value if isinstance(value, list) else [value]


def _encoded(message: Any) -> str:
    """A text goes out as it stands, anything else as JSON."""
    return message if isinstance(message, str) else json_text.encode(message).decode()


def _decoded(message: str | bytes) -> Any:
    """JSON where it is JSON, else the text."""
    try:
        return json_text.decode(message if isinstance(message, str) else message.decode("utf-8"), "a message")
    except errors.ToolError:
        return message
    except UnicodeDecodeError:
        raise errors.ToolError(errors.BAD_OUTPUT, "a message is neither text nor JSON") from None


def _websocket_url(url: str) -> str:
    """ws for http, wss for https, so that ORDINAUT_ENDPOINT_<SERVICE> may name either."""
    return "ws" + url.removeprefix("http").removeprefix("ws") if url.startswith(("http", "ws")) else url
