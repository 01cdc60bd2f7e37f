"""The sandbox as one web application, `/_sandbox/...` being for tests.

`/<service>/tools/<tool>` answers as the vendor's bridge would, every other `/<service>/...` as the vendor's own API.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from activities import environment_names, json_text
from starter.sandbox import (
    anthropic,
    calls,
    faults,
    github,
    gitlab,
    grafana,
    hubspot,
    jira,
    maib,
    msteams,
    openai,
    own_api,
    prometheus,
    salesforce,
    sia,
    sia_msign,
    slack,
    sonarqube,
    vendor,
    zendesk,
)
from workflows.core import errors

_MODULES: Final[tuple[ModuleType, ...]] = (
    anthropic,
    github,
    gitlab,
    grafana,
    hubspot,
    jira,
    maib,
    msteams,
    openai,
    prometheus,
    salesforce,
    sia,
    sia_msign,
    slack,
    sonarqube,
    zendesk,
)
#: Every vendor's tools, by service.
VENDORS: Final[dict[str, vendor.Tools]] = {module.SERVICE: module.TOOLS for module in _MODULES}

#: Endings of the variables that hold a service's credentials.
_CREDENTIALS: Final = ("ACCESS_TOKEN", "TOKEN", "USERNAME", "API_TOKEN", "API_KEY")
#: Variables that are not named by their service.
_OWN_CREDENTIALS: Final = {"maib": "MAIB_MERCHANTS_TOKEN"}
#: What definitions want to know of a customer, by service, as it fits the stand-ins and the shipped pipelines.
_CONFIGURATION: Final = {
    "hubspot": {"HUBSPOT_WORKFLOW_LISTS": "12345=77"},
    "maib": {"MAIB_CONSENT_ID": "consent-1", "MAIB_PSU_IP_ADDRESS": "192.0.2.10"},
    "salesforce": {"SALESFORCE_REPORTS": "weekly_sales=00O1234567890ABC"},
}
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500


def endpoints(base_url: str, services: Iterable[str] | None = None) -> dict[str, str]:
    """The variables that send every service to a sandbox: {"ORDINAUT_ENDPOINT_SLACK": "http://127.0.0.1:9000/slack", ...}."""
    wanted = VENDORS if services is None else services
    return {f"{environment_names.ENDPOINT_PREFIX}{service.upper()}": f"{base_url.rstrip('/')}/{service}" for service in wanted}


def credentials(services: Iterable[str] | None = None) -> dict[str, str]:
    """What the sandbox takes as proof, for the services that speak their own API: {"SLACK_ACCESS_TOKEN": "sandbox", ...}."""
    direct = [module.SERVICE for module in _MODULES if hasattr(module, "API")]
    wanted = direct if services is None else [service for service in services if service in direct]
    own = {name: "sandbox" for service, name in _OWN_CREDENTIALS.items() if service in wanted}
    return {**{f"{service.upper()}_{name}": "sandbox" for service in wanted for name in _CREDENTIALS}, **own}


def configuration(services: Iterable[str] | None = None) -> dict[str, str]:
    """What definitions want to know of a customer: {"HUBSPOT_WORKFLOW_LISTS": "12345=77"}."""
    wanted = VENDORS if services is None else services
    return {name: value for service in wanted for name, value in _CONFIGURATION.get(service, {}).items()}


class Sandbox:
    """An ASGI application with a memory of its own."""

    def __init__(self) -> None:
        self.calls = calls.Calls()
        self.faults = faults.Faults()
        self._memory = vendor.Memory()
        self._door = own_api.OwnApi({module.SERVICE: module for module in _MODULES}, self.calls, self.faults, self._memory)
        self._app = Starlette(
            routes=[
                Route("/", self._overview, methods=["GET"]),
                Route("/_sandbox/calls", self._calls, methods=["GET", "DELETE"]),
                Route("/_sandbox/faults", self._faults, methods=["GET", "POST", "DELETE"]),
                Route("/{service}/tools/{tool}", self._call, methods=["POST"]),
                Route("/{service}/{path:path}", self._door.serve, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        # The connection itself, for faults that break it; uvicorn's send is a method of the object that holds it.
        scope[faults.TRANSPORT] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)

    async def _overview(self, request: Request) -> Response:
        lines = [f"{service}: {', '.join(tools)}" for service, tools in VENDORS.items()]
        head = "Ordinaut vendor sandbox: stand-ins that answer POST /<service>/tools/<tool>; what they were asked is at /_sandbox/calls"
        return PlainTextResponse("\n".join([head, "", *lines, ""]))

    async def _calls(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.calls.clear()
        return _json([call.shown() for call in self.calls.items])

    async def _faults(self, request: Request) -> Response:
        try:
            if request.method == "POST":
                self.faults.order(json_text.decode(await request.body(), "the order"), list(VENDORS))
            elif request.method == "DELETE":
                self.faults.items.clear()
        except (vendor.Refused, errors.ToolError) as error:
            return _refusal(error)
        return _json(self.faults.shown())

    async def _call(self, request: Request) -> Response:
        try:
            arguments = _arguments(json_text.decode(await request.body(), "the request"))
            action, work = _find(request.path_params["service"], request.path_params["tool"], arguments)
        except (vendor.Refused, errors.ToolError) as error:
            return _refusal(error)
        service = request.path_params["service"]
        call = self.calls.note(calls.Call(service, request.url.path, action, request.headers.get("idempotency-key"), arguments))
        fault = self.faults.take(service, action)
        if fault is not None and fault.kind in faults.BEFORE:
            call.answers.append(fault.kind)
            return _before(fault)
        if call.done is None:
            call.done = _do(work, arguments, self._memory)
        elif call.arguments != arguments:
            call.answers.append(str(vendor.UNPROCESSABLE))
            return _refusal(vendor.Refused("this Idempotency-Key came before with other arguments"))
        status, content = call.done
        call.answers.append(fault.kind if fault is not None else str(status))
        return faults.Damaged(fault, json_text.encode(content)) if fault is not None else _json(content, status)


def _arguments(body: Any) -> dict[str, Any]:
    """`params.arguments` of a bridge's request."""
    params = body.get("params") if isinstance(body, dict) else None
    arguments = params.get("arguments") if isinstance(params, dict) else None
    if not isinstance(arguments, dict):
        raise vendor.Refused('expected {"params": {"arguments": {...}}}', vendor.BAD_REQUEST)
    return arguments


def _find(service: str, tool: str, arguments: dict[str, Any]) -> tuple[str, vendor.Action]:
    tools = vendor.known(VENDORS, service, "service")
    found = vendor.known(tools, tool, f"tool of {service}")
    if callable(found):
        return tool, found
    action = arguments.get("action")
    if action not in found:
        raise vendor.Refused(f"action: found {action!r}, expected one of {', '.join(found)}", vendor.BAD_REQUEST)
    return str(action), found[action]


def _do(work: vendor.Action, arguments: dict[str, Any], memory: vendor.Memory) -> tuple[int, Any]:
    """Status and content of the answer; a refusal is kept for the key as well, as vendors do."""
    try:
        return 200, work(arguments, memory)
    except vendor.Refused as refused:
        return refused.status, {"error": refused.message}


def _before(fault: faults.Fault) -> Response:
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    if fault.kind == faults.THROTTLE:
        return _json({"error": "rate limited"}, _TOO_MANY, headers)
    if fault.kind == faults.BROKEN:
        return _json({"error": "internal error"}, _SERVER_ERROR, headers)
    return _json({"error": "refused, as ordered"}, vendor.UNPROCESSABLE)


def _refusal(error: vendor.Refused | errors.ToolError) -> Response:
    return _json({"error": error.message}, error.status if isinstance(error, vendor.Refused) else vendor.BAD_REQUEST)


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json_text.encode(content), status, headers, media_type="application/json")
