"""maib's merchant APIs, v2: Request to Pay, MIA QR codes, received payments and refunds; a document number is taken once."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any, Final

from starter.sandbox import api, vendor

_EARLIER: Final = "123e4567-e89b-12d3-a456-426614174000"
_MAX_TEXT: Final = 500


def create_request(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /v2/rtp."""
    vendor.need(request.fields, "alias")
    made = _made("rtp", "rtpId", {**_ordered(request.fields), "status": "Created"}, memory)
    return _ok({name: made[name] for name in ("rtpId", "orderId", "expiresAt")})


def create_qr(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /v2/mia/qr."""
    if (request.fields.get("type"), request.fields.get("amountType")) != ("Dynamic", "Fixed"):
        raise vendor.Refused("type and amountType do not go together", vendor.BAD_REQUEST)
    made = _made("qr", "qrId", {**_ordered(request.fields), "status": "Active", "url": "https://mia-qr.bnm.md/1/m/BONQCQ2XMD"}, memory)
    return _ok({name: made[name] for name in ("qrId", "orderId", "url", "expiresAt")})


def requests(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v2/rtp."""
    return _page(request, [one for one in memory.things("maib.rtp").values() if one["orderId"] == request.query.get("orderId")])


def codes(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v2/mia/qr."""
    return _page(request, [one for one in memory.things("maib.qr").values() if one["orderId"] == request.query.get("orderId")])


def one_request(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v2/rtp/{id}."""
    earlier = {"rtpId": _EARLIER, "orderId": "INV-1", "status": "Accepted", "amount": Decimal("12450.00"), "currency": "MDL"}
    return _ok(vendor.known({_EARLIER: earlier, **memory.things("maib.rtp")}, request.path["id"], "request"))


def payments(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v2/mia/payments: those executed in a period."""
    first, last = (datetime.datetime.fromisoformat(vendor.need(request.query, name)) for name in ("executedAtFrom", "executedAtTo"))
    known = [one for one in _payments(memory).values() if first <= datetime.datetime.fromisoformat(one["executedAt"]) <= last]
    return _page(request, known)


def one_payment(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v2/mia/payments/{id}."""
    return _ok(vendor.known(_payments(memory), request.path["id"], "payment"))


def refund(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /v2/mia/payments/{id}/refund: whole, and once."""
    payment = vendor.known(_payments(memory), request.path["id"], "payment")
    if not 0 < len(vendor.need(request.fields, "reason")) <= _MAX_TEXT:
        raise vendor.Refused("reason is too long", vendor.BAD_REQUEST)
    if payment["status"] == "Refunded":
        raise vendor.Refused("the payment is refunded already", vendor.BAD_REQUEST)
    memory.things("maib.refunded")[payment["payId"]] = True
    return _ok({"payId": payment["payId"], "status": "Refunded"})


def _payments(memory: vendor.Memory) -> dict[str, Any]:
    status = "Refunded" if _EARLIER in memory.things("maib.refunded") else "Executed"
    payment = {"payId": _EARLIER, "orderId": "INV-1", "amount": Decimal("12450.00"), "commission": Decimal("12.45"), "currency": "MDL"}
    return {
        _EARLIER: {
            **payment,
            "status": status,
            "executedAt": "2026-11-23T09:05:00+02:00",
            "payerName": "Ana R.",
            "description": "Invoice 1",
        }
    }


def _ordered(fields: Any) -> dict[str, Any]:
    amount = vendor.need(fields, "amount", (int, Decimal))
    if amount <= 0 or Decimal(amount) != round(Decimal(amount), 2) or vendor.need(fields, "currency") != "MDL":
        raise vendor.Refused("amount or currency is not valid", vendor.BAD_REQUEST)
    for name in ("description", "expiresAt", "orderId"):
        vendor.need(fields, name)
    return dict(fields)


def _made(kind: str, name: str, facts: dict[str, Any], memory: vendor.Memory) -> dict[str, Any]:
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"maib/{kind}/{memory.number(f'maib.{kind}')}"))
    memory.things(f"maib.{kind}")[identity] = {**facts, name: identity}
    return {**facts, name: identity}


def _page(request: api.Request, found: list[Any]) -> Any:
    count, offset = (int(vendor.need(request.query, name)) for name in ("count", "offset"))
    return _ok({"totalCount": len(found), "items": found[offset : offset + count]})


def _ok(result: Any) -> Any:
    return {"result": result, "ok": True}


API: Final[api.Routes] = {
    "POST /v2/rtp": create_request,
    "GET /v2/rtp": requests,
    "GET /v2/rtp/{id}": one_request,
    "POST /v2/mia/qr": create_qr,
    "GET /v2/mia/qr": codes,
    "GET /v2/mia/payments": payments,
    "GET /v2/mia/payments/{id}": one_payment,
    "POST /v2/mia/payments/{id}/refund": refund,
}
