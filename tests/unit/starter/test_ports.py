"""Free ports, and turns in choosing them."""

from __future__ import annotations

import asyncio
import socket

from starter import ports


def test_a_port_that_somebody_listens_on_is_not_free_and_another_is_taken() -> None:
    with socket.socket() as listener:
        listener.bind((ports.LOOPBACK, 0))
        listener.listen()
        taken = int(listener.getsockname()[1])
        assert not ports.is_free(taken)
        assert ports.prefer(taken) != taken
    assert ports.prefer(taken) == taken


def test_free_ports_are_different() -> None:
    assert len(set(ports.free(20))) == 20


async def test_programs_take_turns_in_choosing() -> None:
    told: list[str] = []

    async def start(name: str) -> None:
        async with ports.choosing():
            told.append(f"{name} begins")
            await asyncio.sleep(0.05)
            told.append(f"{name} listens")

    await asyncio.gather(start("a"), start("b"), start("c"))
    assert [one.split()[1] for one in told] == ["begins", "listens"] * 3
    assert [told[number].split()[0] for number in (0, 2, 4)] == [told[number].split()[0] for number in (1, 3, 5)]


async def test_one_that_fails_gives_its_turn_back() -> None:
    try:
        async with ports.choosing():
            raise ValueError("planned")
    except ValueError:
        pass
    async with asyncio.timeout(2), ports.choosing():
        pass
