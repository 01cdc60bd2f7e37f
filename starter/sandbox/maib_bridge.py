"""maib behind a bridge, for catalogs that still have one: the statement of each day is the bank's half of `starter.sample_day`."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any, Final

from starter import sample_day
from starter.sandbox import vendor

_MAX_DAYS: Final = 92
#: Lei for one unit.
_RATES: Final = {"MDL": Decimal(1), "EUR": Decimal("19.6412"), "USD": Decimal("17.0325"), "RON": Decimal("3.8610")}
_BALANCES: Final = {"MDL": Decimal("184250.75"), "EUR": Decimal("9120.40")}
_CENT: Final = Decimal("0.01")


def get_transactions(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The transactions between two days, both included."""
    account = vendor.need(arguments, "account_number")
    movements = [movement for day in _days(arguments) for movement in sample_day.bank(day)]
    return {"account_number": account, "transactions": [_shown(movement) for movement in movements], "count": len(movements)}


def get_statement(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The same with the sums of each currency."""
    found = get_transactions(arguments, memory)
    turnover: dict[str, Decimal] = {}
    for transaction in found["transactions"]:
        turnover[transaction["currency"]] = turnover.get(transaction["currency"], Decimal(0)) + transaction["amount"]
    return {**found, "turnover": turnover}


def get_balance(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """What is on the account, by currency."""
    account = vendor.need(arguments, "account_number")
    return {"account_number": account, "currency": "MDL", "balance": _BALANCES["MDL"], "balances": dict(_BALANCES)}


def create_payment(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """An order to pay."""
    return _pay(vendor.need(arguments, "payment_details", dict), memory)


def bulk_payments(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Several orders to pay; none is taken when one is refused."""
    payments = vendor.need(vendor.need(arguments, "payment_details", dict), "payments", list)
    for payment in payments:
        _amount(payment)
    return {"payments": [_pay(payment, memory) for payment in payments], "count": len(payments)}


def verify_payment(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """The state of an order."""
    identity = vendor.need(vendor.need(arguments, "payment_details", dict), "payment_id")
    return vendor.known(memory.things("maib.payment"), identity, "payment")


def get_exchange_rates(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """Lei for one unit of each currency."""
    return {"base": "MDL", "rates": {name: rate for name, rate in _RATES.items() if name != "MDL"}}


def currency_exchange(arguments: vendor.Arguments, memory: vendor.Memory) -> Any:
    """An amount of one currency turned into another."""
    source, wanted = vendor.need(arguments, "currency_from"), vendor.need(arguments, "currency_to")
    for name in (source, wanted):
        vendor.known(_RATES, name, "currency")
    rate = _RATES[source] / _RATES[wanted]
    amount = _amount(arguments)
    return {
        "exchange_id": f"FX-{memory.number('maib.exchange'):08}",
        "amount_from": amount,
        "amount_to": (amount * rate).quantize(_CENT),
        "rate": rate.quantize(Decimal("0.000001")),
    }


def _days(arguments: vendor.Arguments) -> list[datetime.date]:
    try:
        first, last = (datetime.date.fromisoformat(vendor.need(arguments, name)) for name in ("date_from", "date_to"))
    except ValueError as error:
        raise vendor.Refused(f"`date_from` and `date_to` must be dates such as 2026-11-23: {error}", vendor.BAD_REQUEST) from None
    if not 0 <= (last - first).days < _MAX_DAYS:
        raise vendor.Refused(f"the period must have 1 to {_MAX_DAYS} days", vendor.BAD_REQUEST)
    return [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]


def _shown(movement: sample_day.Movement) -> dict[str, Any]:
    return {
        "transaction_id": movement.id,
        "amount": movement.amount,
        "currency": movement.currency,
        "date": movement.time.date().isoformat(),
        "time": movement.time.time().isoformat(),
        "reference": movement.reference,
        "description": movement.description,
    }


def _pay(details: vendor.Arguments, memory: vendor.Memory) -> dict[str, Any]:
    identity = f"PAY-{memory.number('maib.payment'):08}"
    payment = {"payment_id": identity, "status": "executed", "amount": _amount(details), "currency": details.get("currency", "MDL")}
    memory.things("maib.payment")[identity] = payment
    return payment


def _amount(details: vendor.Arguments) -> Decimal:
    amount = Decimal(vendor.need(details, "amount", (int, Decimal)))
    if amount <= 0 or amount != amount.quantize(_CENT):
        raise vendor.Refused(f"`amount`: found {amount}, expected a positive amount with at most 2 decimals")
    return amount


TOOLS: Final[vendor.Tools] = {
    "banking": {
        "get_balance": get_balance,
        "get_transactions": get_transactions,
        "create_payment": create_payment,
        "get_statement": get_statement,
        "verify_payment": verify_payment,
        "bulk_payments": bulk_payments,
        "currency_exchange": currency_exchange,
        "get_exchange_rates": get_exchange_rates,
    }
}
