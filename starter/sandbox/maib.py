"""maib's open-banking interface as the Berlin Group's NextGenPSD2 describes it: accounts, transactions, payments that a person authorises.

The transactions of each day are the bank's half of `starter.sample_day`.
"""

from __future__ import annotations

import datetime
import re
import uuid
from decimal import Decimal
from typing import Any, Final
from xml.sax import saxutils

from starter import sample_day
from starter.sandbox import api, maib_bridge, maib_merchants, vendor

SERVICE: Final = "maib"
TOOLS: Final[vendor.Tools] = maib_bridge.TOOLS

#: Accounts by their id at the interface. XXX: all currencies of the account together.
_ACCOUNTS: Final = {
    "3dc3d5b3-7023-4848-9853-f5400a64e80f": sample_day.ACCOUNT,
    "ab1f1c36-5b1b-4a4e-8f1c-0f6f9b8f2f11": "MD24AG000225100013104168",
}
_BALANCES: Final = (("MDL", "184250.75"), ("EUR", "9120.40"))
#: A payment that somebody authorised before: the one of the catalog's examples.
_EARLIER: Final = "7f3fa8f6-7bd2-4d0c-a4ae-6b6d1b5ac1a4"
_EARLIER_PAYMENT: Final = {
    "endToEndIdentification": "INV-20260115-001",
    "debtorAccount": {"iban": sample_day.ACCOUNT},
    "instructedAmount": {"currency": "MDL", "amount": "12450.00"},
    "creditorAccount": {"iban": "MD24AG000225100013104168"},
    "creditorName": "Nistru Foods SA",
    "transactionStatus": "ACSC",
}
#: Lei for one unit.
_RATES: Final = {"EUR": Decimal("19.6412"), "USD": Decimal("17.0325"), "RON": Decimal("3.8610")}
_MAX_DAYS: Final = 92
_PAGE: Final = 50  # transactions
_AMOUNT: Final = re.compile(r"(0|[1-9]\d{0,13})(\.\d{1,2})?")
_CODES: Final = {
    400: "FORMAT_ERROR",
    401: "CONSENT_INVALID",
    403: "SERVICE_BLOCKED",
    404: "RESOURCE_UNKNOWN",
    429: "ACCESS_EXCEEDED",
    500: "INTERNAL_SERVER_ERROR",
}
_FAULTY: Final = vendor.BAD_REQUEST


def refusal(status: int, words: str) -> api.Answer:
    """The Berlin Group's form of an error; what is not known to it is a FORMAT_ERROR."""
    if status == vendor.UNPROCESSABLE:  # of no code in the standard: the bank does not want it
        status = 403
    code, _, text = words.rpartition(": ") if re.match(r"[A-Z_]+: ", words) else (_CODES.get(status, "FORMAT_ERROR"), "", words)
    merchants = [{"errorCode": code, "errorMessage": text}]  # the form of the merchant APIs, in the same answer
    return api.Answer(
        {"ok": False, "errors": merchants, "tppMessages": [{"category": "ERROR", "code": code, "text": text}]},
        status if status in _CODES else _FAULTY,
    )


def accounts(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v1/accounts: the accounts of the consent, with balances where these are asked for."""
    _consented(request)
    with_balance = request.query.get("withBalance") == "true"
    return {"accounts": [_account(identity, iban, with_balance) for identity, iban in _ACCOUNTS.items()]}


def transactions(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v1/accounts/{id}/transactions: JSON in pages, or a camt.053 statement where XML is asked for."""
    _consented(request)
    iban = vendor.known(_ACCOUNTS, request.path["account"], "account")
    if request.query.get("bookingStatus") not in ("booked", "both"):
        raise vendor.Refused("bookingStatus is missing", _FAULTY)
    movements = [movement for day in _days(request) for movement in sample_day.bank(day)]
    if "xml" in request.headers.get("accept", ""):
        return _camt(iban, movements)
    begin = int(request.query.get("page", "0")) * _PAGE
    links = {"account": {"href": f"/v1/accounts/{request.path['account']}"}}
    if begin + _PAGE < len(movements):
        query = f"dateFrom={request.query['dateFrom']}&dateTo={request.query['dateTo']}&bookingStatus=booked&page={begin // _PAGE + 1}"
        links["next"] = {"href": f"/v1/accounts/{request.path['account']}/transactions?{query}"}
    booked = [_booked(movement) for movement in movements[begin : begin + _PAGE]]
    return {"account": {"iban": iban}, "transactions": {"booked": booked, "_links": links}}


def initiate(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /v1/payments/{product}: kept, and not executed before a person has authorised it."""
    _payer(request)
    order = _order(request.fields)
    return _initiated("payments", request, {**order, "debtorAccount": request.fields["debtorAccount"]}, memory)


def initiate_bulk(request: api.Request, memory: vendor.Memory) -> Any:
    """POST /v1/bulk-payments/{product}: all payments, or none where one is refused."""
    _payer(request)
    orders = request.fields.get("payments")
    if not isinstance(orders, list) or not orders:
        raise vendor.Refused("payments is missing", _FAULTY)
    return _initiated("bulk-payments", request, {**request.fields, "payments": [_order(order) for order in orders]}, memory)


def payment(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v1/payments/{product}/{id} and of bulk payments: what was initiated, and its state."""
    _identified(request)
    known = {_EARLIER: _EARLIER_PAYMENT, **memory.things("maib.initiation")}
    return vendor.known(known, request.path["payment"], "payment")


def rates(request: api.Request, memory: vendor.Memory) -> Any:
    """Lei for one unit of each currency; not of the standard, so its path is a setting."""
    return {"base": "MDL", "rates": dict(_RATES)}


def _identified(request: api.Request) -> None:
    """A request needs an id of its own, a UUID."""
    try:
        uuid.UUID(request.headers.get("x-request-id", ""))
    except ValueError:
        raise vendor.Refused("X-Request-ID is missing or no UUID", _FAULTY) from None


def _consented(request: api.Request) -> None:
    """Accounts are read by consent of their owner."""
    _identified(request)
    if not request.headers.get("consent-id"):
        raise vendor.Refused("Consent-ID is missing", _FAULTY)


def _payer(request: api.Request) -> None:
    """A payment needs the address of who orders it."""
    _identified(request)
    if not request.headers.get("psu-ip-address"):
        raise vendor.Refused("PSU-IP-Address is missing", _FAULTY)
    if _iban(request.fields.get("debtorAccount")) not in _ACCOUNTS.values():
        raise vendor.Refused("RESOURCE_UNKNOWN: debtorAccount is none of this customer's accounts", _FAULTY)


def _order(order: Any) -> Any:
    amount = order.get("instructedAmount") if isinstance(order, dict) else None
    if not isinstance(amount, dict) or not isinstance(amount.get("amount"), str) or not _AMOUNT.fullmatch(amount["amount"]):
        raise vendor.Refused("instructedAmount.amount is no text like 12450.00", _FAULTY)
    if Decimal(amount["amount"]) <= 0 or not re.fullmatch("[A-Z]{3}", str(amount.get("currency"))):
        raise vendor.Refused("instructedAmount is not positive, or has no currency", _FAULTY)
    if not _iban(order.get("creditorAccount")) or not order.get("creditorName"):
        raise vendor.Refused("creditorAccount.iban or creditorName is missing", _FAULTY)
    if len(order.get("endToEndIdentification", "")) > 35:
        raise vendor.Refused("endToEndIdentification is longer than 35 characters", _FAULTY)
    return order


def _iban(account: Any) -> str:
    return str(account.get("iban", "")) if isinstance(account, dict) else ""


def _initiated(service: str, request: api.Request, order: Any, memory: vendor.Memory) -> api.Answer:
    number = memory.number("maib.initiation")
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"maib/{number}"))
    memory.things("maib.initiation")[identity] = {**order, "transactionStatus": "RCVD"}
    path = f"/v1/{service}/{request.path['product']}/{identity}"
    links = {
        "scaRedirect": {"href": f"https://sandbox.invalid/authorise/{identity}"},
        "self": {"href": path},
        "status": {"href": f"{path}/status"},
    }
    return api.Answer({"transactionStatus": "RCVD", "paymentId": identity, "_links": links}, 201, {"location": path})


def _days(request: api.Request) -> list[datetime.date]:
    try:
        first, last = (datetime.date.fromisoformat(request.query.get(name, "")) for name in ("dateFrom", "dateTo"))
    except ValueError:
        raise vendor.Refused("dateFrom and dateTo must be dates such as 2026-11-23", _FAULTY) from None
    if not 0 <= (last - first).days < _MAX_DAYS:
        raise vendor.Refused(f"PERIOD_INVALID: the period must have 1 to {_MAX_DAYS} days", _FAULTY)
    return [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]


def _account(identity: str, iban: str, with_balance: bool) -> dict[str, Any]:
    shown = {"resourceId": identity, "iban": iban, "currency": "XXX", "cashAccountType": "CACC"}
    balances = [{"balanceAmount": {"currency": name, "amount": amount}, "balanceType": "interimAvailable"} for name, amount in _BALANCES]
    return {**shown, "balances": balances} if with_balance else shown


def _booked(movement: sample_day.Movement) -> dict[str, Any]:
    return {
        "transactionId": movement.id,
        "endToEndId": movement.reference,
        "transactionAmount": {"currency": movement.currency, "amount": str(movement.amount)},
        "bookingDate": movement.time.date().isoformat(),
        "valueDate": movement.time.date().isoformat(),
        "remittanceInformationUnstructured": movement.description,
    }


def _camt(iban: str, movements: list[sample_day.Movement]) -> api.Answer:
    """A statement in ISO 20022's camt.053, as short as it may be."""
    entries = "".join(
        f'<Ntry><Amt Ccy="{one.currency}">{abs(one.amount)}</Amt><CdtDbtInd>{"CRDT" if one.amount > 0 else "DBIT"}</CdtDbtInd>'
        f"<BookgDt><Dt>{one.time:%Y-%m-%d}</Dt></BookgDt><AcctSvcrRef>{one.id}</AcctSvcrRef>"
        f"<AddtlNtryInf>{saxutils.escape(one.description)}</AddtlNtryInf></Ntry>"
        for one in movements
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
        f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
    )
    return api.Answer(document, headers={"content-type": "application/xml", "content-disposition": 'attachment; filename="statement.xml"'})


def consent(request: api.Request, memory: vendor.Memory) -> Any:
    """GET /v1/consents/{id}/status: every consent is valid but one that ended, `expired`."""
    _identified(request)
    return {"consentStatus": "expired" if request.path["consent"] == "expired" else "valid"}


API: Final[api.Routes] = {
    **maib_merchants.API,
    "GET /v1/consents/{consent}/status": consent,
    "GET /v1/accounts": accounts,
    "GET /v1/accounts/{account}/transactions": transactions,
    "POST /v1/payments/{product}": initiate,
    "GET /v1/payments/{product}/{payment}": payment,
    "POST /v1/bulk-payments/{product}": initiate_bulk,
    "GET /v1/bulk-payments/{product}/{payment}": payment,
    "GET /v1/exchange-rates": rates,
}
