"""Ratios of paired measurements with their bootstrap intervals, for every benchmark that compares."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_RESAMPLES: Final = 10_000


@dataclass(frozen=True)
class Ratio:
    """The geometric mean of paired ratios, and the interval that holds 95 % of its resamples."""

    value: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def of_pairs(measured: Sequence[float], compared_with: Sequence[float], seed: int = 1) -> Ratio:
    """The ratio of each pair, put together.

    >>> of_pairs([2.0, 4.0], [1.0, 2.0])
    Ratio(value=2.0, low=2.0, high=2.0, pairs=2)
    """
    logs = [math.log(a / b) for a, b in zip(measured, compared_with, strict=True)]
    chance = random.Random(seed)
    means = sorted(math.fsum(chance.choices(logs, k=len(logs))) / len(logs) for _ in range(_RESAMPLES))
    low, high = means[round(_RESAMPLES * 0.025)], means[round(_RESAMPLES * 0.975) - 1]
    return Ratio(math.exp(math.fsum(logs) / len(logs)), math.exp(low), math.exp(high), len(logs))
