"""Prometheus and its push gateway: a busy hour with too many errors, and whatever was pushed. PromQL is recognised, not evaluated."""

from __future__ import annotations

import base64
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from starter.sandbox import api, prometheus_bridge, vendor

SERVICE: Final = "prometheus"
TOOLS: Final[vendor.Tools] = prometheus_bridge.TOOLS
#: They ask for no credentials of their own.
OPEN: Final = True

_TIME: Final = Decimal(1_767_225_600)  # of samples where a query names none
#: What a part of an expression asks for, the more special first.
_KNOWN: Final = (
    ("histogram_quantile(", "response_time_p95"),
    ("/ sum(rate(http_requests_total", "error_rate"),
    ("user_sessions_total", "active_users"),
    ("http_requests_total", "api_requests_per_hour"),
)
_LABELLED: Final = re.compile(r'label_replace\(\n(.*?)\n, "(\w+)", "([^"]*)", "", ""\)', re.DOTALL)
_LINE: Final = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)")
_LABEL: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_ERRORS: Final = {400: "bad_data", 422: "execution", 503: "timeout"}


def refusal(status: int, words: str) -> api.Answer:
    """Prometheus's form of an error."""
    return api.Answer({"status": "error", "errorType": _ERRORS.get(status, "internal"), "error": words}, status)


def query(request: api.Request, memory: vendor.Memory) -> Any:
    """GET and POST /api/v1/query."""
    asked = request.fields if request.body is not None else request.query
    text, time = asked.get("query") or "", Decimal(asked.get("time") or _TIME)
    if not text.strip() or text.count("(") != text.count(")"):
        raise vendor.Refused('invalid parameter "query": parse error: unclosed left parenthesis or nothing', vendor.BAD_REQUEST)
    parts = _LABELLED.findall(text)
    number = _number(text)
    if number is not None:
        return _success("scalar", [time, format(number, "f")])
    found = [_series(one, {name: mark}, time, memory) for one, name, mark in parts] if parts else [_series(text, {}, time, memory)]
    return _success("vector", [sample for samples in found for sample in samples])


def push(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /metrics/job/{job} and whatever groups follow; errors are text."""
    if not isinstance(request.body, str) or not request.body.endswith("\n"):
        return api.Answer("text format parsing error in line 1: unexpected end of input stream\n", vendor.BAD_REQUEST)
    words = request.path["groups"].split("/")
    group = dict(_grouping(name, value) for name, value in zip(words[::2], words[1::2], strict=False))
    pushed: dict[str, list[dict[str, Any]]] = {}
    for number, line in enumerate(request.body.splitlines(), 1):
        if line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None or _number(match[3]) is None:
            return api.Answer(f"text format parsing error in line {number}: {line!r}\n", vendor.BAD_REQUEST)
        labels = dict(_LABEL.findall(match[2] or ""))
        pushed.setdefault(match[1], []).append({"labels": {**labels, **group}, "value": match[3]})
    for name, samples in pushed.items():
        kept = memory.things("prometheus.samples").setdefault(name, [])
        kept[:] = [one for one in kept if not group.items() <= one["labels"].items()] + samples
    return api.Answer(None, 200)


def _series(text: str, more: dict[str, str], time: Decimal, memory: vendor.Memory) -> list[dict[str, Any]]:
    """The samples of one expression: of what was pushed under its name, else of the busy hour."""
    pushed = memory.things("prometheus.samples").get(text.partition("{")[0].strip())
    if pushed:
        name = text.partition("{")[0].strip()
        return [{"metric": {"__name__": name, **one["labels"], **more}, "value": [time, one["value"]]} for one in pushed]
    known = next((name for part, name in _KNOWN if part in text), None)
    if known is None:
        return []
    return [{"metric": dict(more), "value": [time, format(prometheus_bridge.VALUES[known], "f")]}]


def _grouping(name: str, value: str) -> tuple[str, str]:
    if not name.endswith("@base64"):
        return name, value
    return name.removesuffix("@base64"), base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _success(kind: str, result: Any) -> Any:
    return {"status": "success", "data": {"resultType": kind, "result": result}}


def build(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/v1/status/buildinfo of Prometheus."""
    return {"status": "success", "data": {"version": "3.5.0", "revision": "sandbox", "branch": "HEAD", "goVersion": "go1.25"}}


def gateway(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /api/v1/status of the push gateway."""
    return {
        "status": "success",
        "data": {"build_information": {"version": "1.11.0", "branch": "HEAD"}, "start_time": "2026-11-23T09:00:00Z"},
    }


API: Final[api.Routes] = {
    "GET /api/v1/status": gateway,
    "GET /api/v1/status/buildinfo": build,
    "GET /api/v1/query": query,
    "POST /api/v1/query": query,
    "POST /metrics/{+groups}": push,
}
