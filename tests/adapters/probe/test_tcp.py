"""A look by a connection, at real sockets."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rigs import forking_bot, full_queue
from tests.adapters.time_over import PATIENCE_S, LoopClock
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.probe.tcp import TcpLook
from warroom.core.model import Verb, Verdict
from warroom.core.settings_probe import TcpProbe

VERBS = [Verb.ISOLATE, Verb.STOP]


def look(port: int, host: str = "127.0.0.1", timeout_s: float = PATIENCE_S) -> TcpLook:
    return TcpLook("port", TcpProbe(verbs=VERBS, address=f"{host}:{port}", timeout_s=timeout_s), SystemClock())


async def test_who_accepts_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        seen = await look(server.getsockname()[1]).look(Verb.ISOLATE)
    assert seen.verdict is Verdict.OPEN
    assert seen.got.endswith(": accepted")


async def test_a_refusal_is_contained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for verb in VERBS:
        assert (await look(port).look(verb)).verdict is Verdict.CONTAINED


async def test_silence_proves_a_cut_and_not_a_stop() -> None:
    with full_queue() as port:
        assert (await look(port, timeout_s=0.5).look(Verb.ISOLATE)).verdict is Verdict.CONTAINED
        assert (await look(port, timeout_s=0.5).look(Verb.STOP)).verdict is Verdict.UNKNOWN


async def test_an_answer_that_came_while_this_host_had_no_time_for_us_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def and_nothing_more(sock: socket.socket, address: Any) -> None:
        clock = LoopClock()
        loop.call_soon(clock.forward)
        await connect(sock, address)
        await asyncio.Event().wait()

    monkeypatch.setattr(loop, "sock_connect", and_nothing_more)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (await look(port).look(Verb.ISOLATE)).got.endswith(": accepted")
    seen = await look(port).look(Verb.STOP)
    assert (seen.verdict, seen.got) == (Verdict.CONTAINED, f"127.0.0.1 port {port}: refused")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "256.1.1.1", "a" * 64, "a..b", "[::g]", "[fe80::1]"])
async def test_what_fails_on_this_side_proves_nothing(host: str) -> None:
    assert (await look(80, host, 3.0).look(Verb.ISOLATE)).verdict is Verdict.UNKNOWN


async def test_an_ipv6_address_stands_in_brackets() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        assert (await look(server.getsockname()[1], "[::1]").look(Verb.STOP)).verdict is Verdict.OPEN


async def test_a_name_with_several_addresses_is_open_when_one_accepts_and_closed_when_all_refuse() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert (await look(port, "localhost").look(Verb.STOP)).verdict is Verdict.OPEN
    refused = await look(port, "localhost").look(Verb.STOP)
    assert (refused.verdict, "refused" in refused.got) == (Verdict.CONTAINED, True)


async def test_of_a_name_with_more_addresses_than_a_look_asks_nothing_is_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find = socket.getaddrinfo
    hosts = [f"127.0.1.{number}" for number in range(1, 41)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more, **named: [find(h, *more, **named)[0] for h in hosts])
    sample = await look(9, "bot.test").look(Verb.STOP)
    assert (sample.verdict, sample.got[:26]) == (Verdict.UNKNOWN, "the name has 40 addresses,")


async def test_a_server_that_is_frozen_still_accepts_so_freeze_is_not_judged(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        for pid in (bot.process.pid, *bot.workers()):
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: bot.states() == ["T", "T", "T"])
        port = urlsplit(bot.url).port
        assert port
        assert (await look(port).look(Verb.STOP)).verdict is Verdict.OPEN
        probe = TcpProbe(verbs=[Verb.FREEZE], address=f"127.0.0.1:{port}")
        assert not TcpLook("port", probe, SystemClock()).judges(Verb.FREEZE)


async def test_an_adapter_that_does_nothing_is_not_believed(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        liar = NothingDoer("support", kind="process")
        await liar.apply(await liar.plan(Verb.STOP, None), "ACT-001")
        port = urlsplit(bot.url).port
        assert port
        assert (await look(port).look(Verb.STOP)).verdict is Verdict.OPEN


def test_it_judges_what_it_names_and_says_what_counts() -> None:
    assert look(80).judges(Verb.STOP)
    assert not look(80).judges(Verb.DISABLE)
    assert "no answer within 30 s" in look(80).describe(Verb.ISOLATE)
    assert "no answer" not in look(80).describe(Verb.STOP)
