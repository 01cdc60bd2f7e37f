"""Serves the vendors' own APIs in the sandbox: finds the operation, orders its faults, logs it, answers in the vendor's form."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from starter.sandbox import api, calls, faults, vendor

#: Words and status of the faults that come before the work.
_FAULTS: Final = {
    faults.THROTTLE: ("ratelimited", 429),
    faults.BROKEN: ("internal_error", 500),
    faults.REFUSE: ("refused_as_ordered", vendor.UNPROCESSABLE),
}


class OwnApi:
    """The vendors' modules by service; one that has no `API` answers 404.

    A module may have `API` (routes), `refusal(status, words)` (the vendor's form of an error), and `OPEN = True` where it asks for no
    credentials, or `ANONYMOUS` routes that answer everybody.
    """

    def __init__(self, modules: Mapping[str, ModuleType], log: calls.Calls, ordered: faults.Faults, memory: vendor.Memory) -> None:
        self._modules = modules
        self._log = log
        self._ordered = ordered
        self._memory = memory

    async def serve(self, request: Request) -> Response:
        """Answers `/<service>/<path of the vendor's API>`."""
        service = request.path_params["service"]
        module = self._modules.get(service)
        path = request.scope["raw_path"].decode().partition("?")[0].removeprefix(f"/{service}")
        found = api.find(getattr(module, "API", {}), request.method, path)
        if found is None:
            return _response(_refused(module, vendor.Refused(f"no {request.method} {path} here", vendor.NOT_FOUND)))
        route, handler, parameters = found
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = self._logged(request, service, path, route, headers)
        fault = self._ordered.take(service, route)
        try:
            call.arguments = api.read_body(await request.body(), headers.get("content-type", ""))
            _admit(module, route, headers, fault)
            asked = api.Request(request.method, parameters, dict(request.query_params), headers, call.arguments)
            answer = _answer(handler(asked, self._memory))
        except vendor.Refused as refused:
            answer = _refused(module, refused, fault)
        if fault is not None and fault.kind in faults.AFTER:
            call.answers.append(fault.kind)
            return faults.Damaged(fault, api.encoded(answer)[0])
        call.answers.append(str(answer.status))
        return _response(answer)

    def _logged(self, request: Request, service: str, path: str, route: str, headers: Mapping[str, str]) -> calls.Call:
        asked = {"method": request.method, "query": dict(request.query_params), "headers": api.shown_headers(headers)}
        call = calls.Call(service, path, route, headers.get("idempotency-key"), None, times=1, request=asked)
        self._log.items.append(call)
        return call


def _admit(module: ModuleType | None, route: str, headers: Mapping[str, str], fault: faults.Fault | None) -> None:
    """Lets a call to its handler.

    Raises:
        vendor.Refused: a fault was ordered for it, or it has no credentials, or wrong ones.
    """
    if fault is not None and fault.kind in faults.BEFORE:
        raise vendor.Refused(*_FAULTS[fault.kind])
    if getattr(module, "OPEN", False) or route in getattr(module, "ANONYMOUS", ()):
        return
    if not api.CREDENTIALS & set(headers):
        raise vendor.Refused("not_authed", vendor.UNAUTHORIZED)
    if api.are_wrong(headers):
        raise vendor.Refused("invalid_auth", vendor.UNAUTHORIZED)


def _answer(made: Any, status: int = 200) -> api.Answer:
    return made if isinstance(made, api.Answer) else api.Answer(made, status)


def _refused(module: ModuleType | None, refused: vendor.Refused, fault: faults.Fault | None = None) -> api.Answer:
    """The refusal in the vendor's form, with the pause that the fault asks for."""
    form: api.Refusal = getattr(module, "refusal", _plain)
    answer = _answer(form(refused.status, refused.message), refused.status)
    pause = {} if fault is None or fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    return api.Answer(answer.body, answer.status, {**answer.headers, **pause})


def _plain(status: int, message: str) -> Any:
    return {"error": message}


def _response(answer: api.Answer) -> Response:
    content, media_type = api.encoded(answer)
    return Response(content, answer.status, dict(answer.headers), media_type=media_type)
