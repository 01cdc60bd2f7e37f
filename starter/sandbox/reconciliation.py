"""The reconciliation that the stand-in of the language model makes: it really compares the bank's transactions with the books'."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

AMOUNT_MISMATCH: Final = "amount-mismatch"
MISSING_IN_SYSTEM: Final = "missing-in-system"
MISSING_IN_BANK: Final = "missing-in-bank"
UNREADABLE: Final = "unreadable"

_NOTES: Final = {
    AMOUNT_MISMATCH: "Compare the invoice with the payment order; look for digits that changed places.",
    MISSING_IN_SYSTEM: "Find the invoice or contract behind this payment and book it.",
    MISSING_IN_BANK: "Check whether the payment was ordered, or reached another account.",
    UNREADABLE: "Correct the amount at its source.",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    identity: str
    reference: str | None
    amount: Decimal
    currency: str


def reconcile(bank: Sequence[Any], system: Sequence[Any]) -> dict[str, Any]:
    """Matches by reference, amount and currency; entries without a reference by amount and currency alone.

    Gives {"matched_count", "discrepancies", "summary", "analysis"}. Amounts may be numbers or text (SQLite's books keep text).
    """
    unreadable: list[dict[str, Any]] = []
    bank_left = _read(bank, "bank", unreadable)
    system_left = _read(system, "system", unreadable)
    matched = _pair(bank_left, system_left, lambda a, b: a.reference is not None and a.reference == b.reference and _same_money(a, b))
    mismatched = _pair(bank_left, system_left, lambda a, b: a.reference is not None and a.reference == b.reference)
    matched += _pair(bank_left, system_left, lambda a, b: None in (a.reference, b.reference) and _same_money(a, b))
    discrepancies = [_mismatch(*pair) for pair in mismatched]
    discrepancies += [_missing(MISSING_IN_SYSTEM, entry, None) for entry in bank_left]
    discrepancies += [_missing(MISSING_IN_BANK, None, entry) for entry in system_left]
    discrepancies += unreadable
    return {
        "matched_count": len(matched),
        "discrepancies": discrepancies,
        "summary": _summary(len(matched), len(bank), len(system), discrepancies),
        "analysis": _analysis(len(matched), discrepancies),
    }


def _read(rows: Sequence[Any], side: str, unreadable: list[dict[str, Any]]) -> list[_Entry]:
    entries = []
    for row in rows:
        reference = row.get("reference", row.get("reference_number"))
        identity = str(row.get("transaction_id", row.get("id", reference)))
        reference = None if reference in (None, "") else str(reference).strip()
        try:
            amount = Decimal(str(row["amount"]))
        except (KeyError, decimal.InvalidOperation):
            unreadable.append(_unreadable(side, reference or identity, row))
            continue
        entries.append(_Entry(identity, reference, amount, str(row.get("currency", "MDL"))))
    return entries


def _pair(bank: list[_Entry], system: list[_Entry], fits: Any) -> list[tuple[_Entry, _Entry]]:
    """Takes the entries that fit from both lists, each once, first come first served."""
    pairs = []
    for entry in list(bank):
        found = next((other for other in system if fits(entry, other)), None)
        if found is not None:
            bank.remove(entry)
            system.remove(found)
            pairs.append((entry, found))
    return pairs


def _same_money(a: _Entry, b: _Entry) -> bool:
    return a.amount == b.amount and a.currency == b.currency


def _mismatch(bank: _Entry, system: _Entry) -> dict[str, Any]:
    same_currency = bank.currency == system.currency
    return _discrepancy(
        AMOUNT_MISMATCH,
        abs(bank.amount - system.amount) if same_currency else abs(bank.amount),
        bank.currency,
        bank,
        system,
        f"{bank.reference}: the bank has {bank.amount} {bank.currency}, the system has {system.amount} {system.currency}",
    )


def _missing(kind: str, bank: _Entry | None, system: _Entry | None) -> dict[str, Any]:
    entry = bank or system
    assert entry is not None
    where = "the bank has it, the system does not" if bank is not None else "the system has it, the bank does not"
    text = f"{entry.reference or entry.identity}: {entry.amount} {entry.currency}; {where}"
    return _discrepancy(kind, abs(entry.amount), entry.currency, bank, system, text)


def _unreadable(side: str, name: str, row: Any) -> dict[str, Any]:
    return {
        "type": UNREADABLE,
        "amount": 0,
        "currency": str(row.get("currency", "MDL")),
        "bank_reference": name if side == "bank" else None,
        "system_reference": name if side == "system" else None,
        "description": f"{name}: the amount {row.get('amount')!r} of the {side} is no number",
        "investigation_notes": _NOTES[UNREADABLE],
    }


def _discrepancy(kind: str, amount: Decimal, currency: str, bank: _Entry | None, system: _Entry | None, description: str) -> dict[str, Any]:
    return {
        "type": kind,
        "amount": amount,
        "currency": currency,
        "bank_reference": None if bank is None else bank.reference or bank.identity,
        "system_reference": None if system is None else system.reference or system.identity,
        "description": description,
        "investigation_notes": _NOTES[kind],
    }


def _summary(matched: int, bank: int, system: int, discrepancies: Sequence[dict[str, Any]]) -> str:
    text = f"{matched} transactions match, of {bank} at the bank and {system} in the system."
    if not discrepancies:
        return f"{text} No discrepancies."
    kinds: dict[str, int] = {}
    for discrepancy in discrepancies:
        kinds[discrepancy["type"]] = kinds.get(discrepancy["type"], 0) + 1
    return f"{text} Discrepancies: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}."


def _analysis(matched: int, discrepancies: Sequence[dict[str, Any]]) -> str:
    lines = [f"{matched} transactions agree in reference, amount and currency."]
    lines += [f"- {discrepancy['description']}. {discrepancy['investigation_notes']}" for discrepancy in discrepancies]
    return "\n".join(lines)
