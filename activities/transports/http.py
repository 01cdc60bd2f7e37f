"""Transport `http`: a bridge that takes `{"params": {"arguments": {...}}}` by POST and answers with an object or JSON-RPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from activities import authentication, endpoints, exchange, json_text, outcomes
from activities import settings as settings_module
from activities.transports import base
from workflows.core import errors


class Http:
    """Calls bridges. The body is JSON-RPC 2.0 (`tools/call`); a bridge that only knows `params.arguments` reads those."""

    def __init__(self, settings: settings_module.Settings, door: authentication.Door | None = None) -> None:
        self._settings = settings
        self._door = door if door is not None else authentication.Door(settings)
        self._clients = exchange.Clients(self._door.client_options)

    async def send(self, call: base.Call) -> base.Answer:
        """POSTs the arguments to the tool's endpoint.

        Raises:
            ToolError: see `authentication.Door.send`; REJECTED for a JSON-RPC error, BAD_OUTPUT for an answer that is no JSON.
        """
        response = await self._door.send(self._clients, self._request(call), call, required=False)
        failure = response.failure(self._settings.mask)
        if failure is not None:
            raise failure
        if response.status == 204:  # No Content
            return base.Answer(None)
        return base.Answer(_result(json_text.decode(response.body), call.key, self._settings.mask))

    async def close(self) -> None:
        """Closes pooled connections."""
        await self._clients.close()
        await self._door.close()

    def _request(self, call: base.Call) -> exchange.Request:
        body = {"jsonrpc": "2.0", "id": call.key, "method": "tools/call", "params": {"arguments": call.arguments}}
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Idempotency-Key": call.key,
            "X-Ordinaut-Run": _ascii(call.run),
            "X-Ordinaut-Step": _ascii(call.step),
        }
        return exchange.Request("POST", endpoints.resolve(call.tool, self._settings), headers, json_text.encode(body))


def _result(answer: Any, key: str, mask: Callable[[str], str]) -> Any:
    """The output in an answer: `result` of a JSON-RPC envelope, else the answer itself."""
    if not isinstance(answer, dict) or not ("jsonrpc" in answer or (answer.get("id") == key and ("result" in answer or "error" in answer))):
        return answer
    if answer.get("error") is not None:
        raise _rejected(answer["error"], mask)
    if "result" not in answer:
        raise errors.ToolError(errors.BAD_OUTPUT, "the answer is JSON-RPC, but has neither `result` nor `error`")
    return answer["result"]


def _rejected(error: Any, mask: Callable[[str], str]) -> errors.ToolError:
    text = mask(json_text.encode(error).decode())
    message = error.get("message") if isinstance(error, dict) else None
    code = f" {error['code']}" if isinstance(error, dict) and isinstance(error.get("code"), int) else ""
    said = outcomes.quote(mask(message) if isinstance(message, str) else text)
    return errors.ToolError(errors.REJECTED, f'JSON-RPC error{code}: "{said}"; the same call is not sent again', {"answer": text})


def _ascii(text: str) -> str:
    """Text that a header can carry; other characters are percent-encoded as in URLs."""
    return "".join(c if " " < c < "\x7f" else "".join(f"%{byte:02X}" for byte in c.encode("utf-8", "replace")) for c in text)
