"""Many runs wait for people at once, the worker dies, all are answered: a small sample of the benchmark."""

from __future__ import annotations

import pytest

from tests.benchmarks import waiting

pytestmark = [pytest.mark.server, pytest.mark.timeout(180)]


async def test_all_waiting_runs_are_answered_once_though_their_worker_died() -> None:
    found = await waiting.measure(40)
    assert found.completed == 40
    assert 0 < found.worker_mib < waiting.WANTED_MIB
