"""One day of a company's money as its bank and its own books see it, for the stand-in of the bank and the sample database.

The two agree on five payments, differ in the amount of one, and each side has one that the other lacks.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ACCOUNT: Final = "MD24AG000000022951234567"


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved: `amount` in `currency`, positive when it came in; `time` is the wall clock of the company's zone."""

    id: str
    reference: str
    amount: Decimal
    currency: str
    time: datetime.datetime
    description: str
    status: str = "completed"


@dataclass(frozen=True, slots=True)
class _Pattern:
    number: int
    clock: tuple[int, int]
    description: str
    currency: str
    bank: str | None  # amount, None where the bank does not know it
    books: str | None
    status: str = "completed"


_PATTERNS: Final = (
    _Pattern(1, (9, 5), "Plata factura, Orhei Logistic SRL", "MDL", "12450.00", "12450.00"),
    _Pattern(2, (9, 40), "Plata factura, Nistru Foods SA", "MDL", "3200.50", "3200.50"),
    _Pattern(3, (10, 15), "Chirie birou", "MDL", "-1875.25", "-1875.25"),
    _Pattern(4, (11, 20), "Subscription, Alpine Software GmbH", "EUR", "450.00", "450.00"),
    _Pattern(5, (12, 0), "Comision bancar", "MDL", "-0.30", "-0.30"),
    _Pattern(6, (13, 30), "Plata factura, Codru Construct SRL", "MDL", "5430.00", "5340.00"),  # two digits changed places
    _Pattern(7, (14, 45), "Depunere numerar", "MDL", "1250.00", None),
    _Pattern(8, (16, 10), "Plata factura, Soroca Textile SRL", "MDL", None, "740.40"),
    _Pattern(9, (16, 55), "Plata factura, Ungheni Auto SRL", "MDL", None, "2600.00", "pending"),  # not in any bank statement yet
)


def bank(day: datetime.date) -> list[Movement]:
    """What the bank's statement of a day holds."""
    return [_movement(pattern, day, f"TRX-{day:%Y%m%d}-{pattern.number:03}", pattern.bank) for pattern in _PATTERNS if pattern.bank]


def books(day: datetime.date) -> list[Movement]:
    """What the company's books hold for a day; only those with the status `completed` should be at the bank too."""
    return [_movement(pattern, day, str(_serial(day, pattern.number)), pattern.books) for pattern in _PATTERNS if pattern.books]


def _movement(pattern: _Pattern, day: datetime.date, identity: str, amount: str) -> Movement:
    hour, minute = pattern.clock
    return Movement(
        id=identity,
        reference=f"INV-{day:%Y%m%d}-{pattern.number:03}",
        amount=Decimal(amount),
        currency=pattern.currency,
        time=datetime.datetime.combine(day, datetime.time(hour, minute)),
        description=pattern.description,
        status=pattern.status,
    )


def _serial(day: datetime.date, number: int) -> int:
    """A number of its own for each entry of the books, growing with the days."""
    return (day - datetime.date(2000, 1, 1)).days * 100 + number
