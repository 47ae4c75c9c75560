"""The limit in a Redis key: written while it is as seen, with an expiry of its own, and exactly back."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rig_limiter import KEY, PASSWORD, RedisServer, limited_bot, redis_server
from tests.adapters.contain.rigs import state_of
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import eventually
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.limiter import LimiterAdapter
from warroom.core.model import Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Checked
from warroom.core.settings_contain import LimiterSettings

CLOCK = SystemClock()
PAGE = Path(__file__).parents[3] / "docs" / "adapters" / "limiter.md"
FAR_MS = 4_000_000_000_000


@pytest.fixture(scope="module")
def running() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def server(running: RedisServer) -> RedisServer:
    running.client.flushall()
    return running


def adapter_for(url: str, *, timeout_s: float = PATIENCE_S) -> LimiterAdapter:
    return LimiterAdapter("support", LimiterSettings(url, KEY, timeout_s=timeout_s), CLOCK, lambda verb: f"ask {verb}")


@pytest.mark.parametrize(("former", "expires_ms"), [(None, None), (b"60 per minute", None), (b"\xff\x00odd", FAR_MS)])
async def test_the_former_value_and_expiry_come_back_exactly(
    server: RedisServer, former: bytes | None, expires_ms: int | None
) -> None:
    if former is not None:
        server.client.set(KEY, former, pxat=expires_ms)
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, None)
    await adapter.apply(plan, "ACT-001")
    assert (server.client.get(KEY), server.client.pttl(KEY)) == (b"3 per minute", -1)
    await adapter.release(plan, "ACT-001")
    assert server.client.get(KEY) == former
    assert server.client.pexpiretime(KEY) == (expires_ms or (-2 if former is None else -1))
    assert "held already" in (await adapter.release(plan, "ACT-001")).text


async def test_an_expiry_lives_in_redis(server: RedisServer) -> None:
    adapter = adapter_for(server.url)
    await adapter.apply(await adapter.plan(Verb.LIMIT, 60.0), "ACT-001")
    assert server.client.get(KEY) == b"3 per minute"
    assert 0 < server.client.pttl(KEY) <= 60_000
    server.client.delete(KEY)
    await adapter.apply(await adapter.plan(Verb.LIMIT, 0.2), "ACT-002")
    await eventually(lambda: not server.client.exists(KEY), what="the end of the key")


async def test_a_release_after_the_expiry_puts_the_former_limit_back(server: RedisServer) -> None:
    server.client.set(KEY, "60 per minute")
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, 0.2)
    assert any("the bot's own default counts then, and this engine puts" in effect for effect in plan.effects)
    await adapter.apply(plan, "ACT-001")
    await eventually(lambda: not server.client.exists(KEY), what="the end of the key")
    await adapter.release(plan, "ACT-001")
    assert server.client.get(KEY) == b"60 per minute"


async def test_a_second_apply_does_not_prolong_the_expiry(server: RedisServer) -> None:
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, 60.0)
    await adapter.apply(plan, "ACT-001")
    first = server.client.pexpiretime(KEY)
    assert "held already" in (await adapter.apply(plan, "ACT-001")).text
    assert server.client.pexpiretime(KEY) == first


async def test_a_former_value_whose_time_has_passed_meanwhile_is_not_brought_back(server: RedisServer) -> None:
    server.client.set(KEY, "60 per minute", pxat=FAR_MS)
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, None)
    await adapter.apply(plan, "ACT-001")
    # The same plan, much later.
    assert msgspec.json.decode(plan.restore)["before"]["expires_ms"] == FAR_MS
    late = msgspec.structs.replace(plan, restore=plan.restore.replace(str(FAR_MS), "1000000000000"))
    await adapter.release(late, "ACT-001")
    assert not server.client.exists(KEY)


async def test_a_key_that_changed_since_the_plan_is_left(server: RedisServer) -> None:
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, None)
    server.client.set(KEY, "7 per hour")
    with pytest.raises(AdapterFailed, match='since: "7 per hour"; nothing was changed'):
        await adapter.apply(plan, "ACT-001")
    assert server.client.get(KEY) == b"7 per hour"


async def test_a_key_that_somebody_else_changed_or_deleted_is_not_released(server: RedisServer) -> None:
    server.client.set(KEY, "60 per minute")
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, None)
    await adapter.apply(plan, "ACT-001")
    server.client.set(KEY, "7 per hour")
    with pytest.raises(AdapterFailed, match="somebody else changed"):
        await adapter.release(plan, "ACT-001")
    assert server.client.get(KEY) == b"7 per hour"
    server.client.delete(KEY)
    with pytest.raises(AdapterFailed, match="no such key"):
        await adapter.release(plan, "ACT-001")
    assert not server.client.exists(KEY)


@pytest.mark.parametrize("stricter", ["1 per minute", "2/minute", "100 per day", "0 per 2 hours", "5 PER 10 Minutes"])
async def test_a_limit_that_is_stricter_already_is_not_loosened(server: RedisServer, stricter: str) -> None:
    server.client.set(KEY, stricter)
    with pytest.raises(AdapterFailed, match="is stricter already"):
        await adapter_for(server.url).plan(Verb.LIMIT, None)


@pytest.mark.parametrize(
    "looser", ["4 per minute", "3 per minute", "1 per second", "1/second;5/hour", "none", "9" * 30]
)
async def test_any_other_limit_is_replaced(server: RedisServer, looser: str) -> None:
    server.client.set(KEY, looser)
    adapter = adapter_for(server.url)
    await adapter.apply(await adapter.plan(Verb.LIMIT, None), "ACT-001")
    assert server.client.get(KEY) == b"3 per minute"


async def test_a_key_of_another_type_is_refused(server: RedisServer) -> None:
    server.client.rpush(KEY, "a")
    adapter = adapter_for(server.url)
    with pytest.raises(AdapterFailed, match="holds a list, not a limit"):
        await adapter.plan(Verb.LIMIT, None)
    server.client.delete(KEY)
    plan = await adapter.plan(Verb.LIMIT, None)
    server.client.rpush(KEY, "a")
    with pytest.raises(AdapterFailed, match="holds a list"):
        await adapter.apply(plan, "ACT-001")
    assert server.client.lrange(KEY, 0, -1) == [b"a"]


async def test_a_huge_value_is_no_limit(server: RedisServer) -> None:
    server.client.set(KEY, b"x" * 70_000)
    with pytest.raises(AdapterFailed, match="over 64 kB"):
        await adapter_for(server.url).plan(Verb.LIMIT, None)


@pytest.mark.parametrize("url", ["unix://:wrong{}@{}", "unix://nobody:wrong{}@{}"])
async def test_a_wrong_password_is_a_failure_that_does_not_show_it(server: RedisServer, url: str) -> None:
    adapter = adapter_for(url.format(PASSWORD, server.socket))
    with pytest.raises(AdapterFailed, match="nothing was changed") as failure:
        await adapter.plan(Verb.LIMIT, None)
    assert PASSWORD not in str(failure.value)
    (check,) = await adapter.check(Verb.LIMIT)
    assert (check.state, PASSWORD in check.text) == (Checked.FAILED, False)


async def test_no_password_at_all_is_a_failure(server: RedisServer) -> None:
    with pytest.raises(AdapterFailed, match=r"[Aa]uthentication required"):
        await adapter_for(f"unix://{server.socket}").plan(Verb.LIMIT, None)


async def test_the_password_stands_in_nothing_that_is_shown_or_kept(server: RedisServer) -> None:
    adapter = adapter_for(server.url)
    plan = await adapter.plan(Verb.LIMIT, 60.0)
    receipt = await adapter.apply(plan, "ACT-001")
    told = [plan, receipt, adapter.needs(), await adapter.check(Verb.LIMIT), await adapter.observe(Verb.LIMIT)]
    assert PASSWORD.encode() not in msgspec.json.encode(told)
    ((name, content),) = await adapter.snapshot()
    assert name == "support-limit.json"
    assert PASSWORD.encode() not in content


async def test_an_account_that_may_not_write_is_told_so_before_and_nothing_is_written(server: RedisServer) -> None:
    rights = ["+@read", "+@transaction"]
    server.client.acl_setuser("reader", enabled=True, passwords=["+word"], keys=["*"], commands=rights)
    adapter = adapter_for(f"unix://reader:word@{server.socket}")
    key, right = await adapter.check(Verb.LIMIT)
    assert (key.state, right.state) == (Checked.OK, Checked.FAILED)
    assert "no permissions" in right.text
    plan = await adapter.plan(Verb.LIMIT, None)
    with pytest.raises(AdapterFailed, match="no permissions"):
        await adapter.apply(plan, "ACT-001")
    assert not server.client.exists(KEY)


@pytest.mark.parametrize("db", [0, 1])
async def test_the_documented_rights_are_enough(server: RedisServer, db: int) -> None:
    (words,) = re.findall(r"\| permissions \|.*`(~.*)` of", PAGE.read_text())
    keys, *rights = words.split()
    server.client.acl_setuser(
        "warroom", enabled=True, reset=True, passwords=["+word"], keys=[keys.removeprefix("~")], commands=rights
    )
    adapter = adapter_for(f"unix://warroom:word@{server.socket}?db={db}")
    assert [check.state for check in await adapter.check(Verb.LIMIT)] == [Checked.OK, Checked.OK]
    plan = await adapter.plan(Verb.LIMIT, 60.0)
    await adapter.apply(plan, "ACT-001")
    await adapter.release(plan, "ACT-001")


async def test_checks_write_nothing(server: RedisServer) -> None:
    assert [check.state for check in await adapter_for(server.url).check(Verb.LIMIT)] == [Checked.OK, Checked.OK]
    assert not server.client.exists(KEY)


async def test_a_server_that_hangs_has_changed_nothing(server: RedisServer) -> None:
    adapter = adapter_for(server.url, timeout_s=0.2)
    plan = await adapter.plan(Verb.LIMIT, None)
    server.process.send_signal(signal.SIGSTOP)
    await eventually(lambda: state_of(server.process.pid) == "T", what="a server that stands")
    try:
        with pytest.raises(AdapterFailed, match="nothing was changed"):
            await adapter.apply(plan, "ACT-001")
        assert "nothing was changed" in (await adapter.observe(Verb.LIMIT)).text
    finally:
        server.process.send_signal(signal.SIGCONT)
    assert not server.client.exists(KEY)


async def test_a_server_that_is_gone_is_a_failure() -> None:
    with redis_server() as gone:
        adapter = adapter_for(gone.url)
        plan = await adapter.plan(Verb.LIMIT, None)
        gone.end()
        with pytest.raises(AdapterFailed, match="nothing was changed"):
            await adapter.apply(plan, "ACT-001")
        with pytest.raises(AdapterFailed):
            await adapter.release(plan, "ACT-001")


async def test_another_kind_of_server_is_a_failure() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(AdapterFailed):
            await adapter_for(f"redis://127.0.0.1:{port}/0", timeout_s=1.0).plan(Verb.LIMIT, None)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "redis://h:99999999/0", "nonsense", "redis://[::1/0"])
async def test_what_is_no_address_is_a_failure(url: str) -> None:
    with pytest.raises(AdapterFailed):
        await adapter_for(url, timeout_s=0.5).plan(Verb.LIMIT, None)


@contextlib.asynccontextmanager
async def relay(server: RedisServer, at_exec: str) -> AsyncIterator[str]:
    """Stand between adapter and server; at EXEC swallow the answer, or let somebody else write the key first."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_unix_connection(server.socket)
        with contextlib.closing(writer), contextlib.closing(ahead):
            while data := await reader.read(65536):
                last = b"EXEC" in data
                if last and at_exec == "race":
                    server.client.set(KEY, "7 per hour")
                ahead.write(data)
                answer = await behind.read(65536)
                if last and at_exec == "swallow":
                    return
                writer.write(answer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        yield f"redis://:{PASSWORD}@127.0.0.1:{listener.sockets[0].getsockname()[1]}/0"


async def test_a_lost_answer_to_the_write_leaves_it_open_whether_it_was_done(server: RedisServer) -> None:
    async with relay(server, "swallow") as url:
        adapter = adapter_for(url)
        plan = await adapter.plan(Verb.LIMIT, None)
        with pytest.raises(AdapterAmbiguous, match="after the change was sent"):
            await adapter.apply(plan, "ACT-001")
    assert server.client.get(KEY) == b"3 per minute"


async def test_somebody_who_writes_between_the_look_and_the_write_is_not_overwritten(server: RedisServer) -> None:
    async with relay(server, "race") as url:
        adapter = adapter_for(url)
        plan = await adapter.plan(Verb.LIMIT, None)
        with pytest.raises(AdapterFailed, match="somebody else changed"):
            await adapter.apply(plan, "ACT-001")
    assert server.client.get(KEY) == b"7 per hour"


async def test_a_plan_for_another_server_or_key_is_not_taken(server: RedisServer) -> None:
    plan = await adapter_for(server.url).plan(Verb.LIMIT, None)
    with pytest.raises(AdapterFailed, match="the config names redis://127"):
        await adapter_for("redis://127.0.0.1:1/0").apply(plan, "ACT-001")
    other = LimiterAdapter("support", LimiterSettings(server.url, "another"), CLOCK, str)
    with pytest.raises(AdapterFailed, match="another key or limit"):
        await other.apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="names no key"):
        await adapter_for(server.url).release(msgspec.structs.replace(plan, restore="[]"), "ACT-001")


async def test_an_expiry_beyond_all_dates_is_shown_as_the_last(server: RedisServer) -> None:
    server.client.set(KEY, "60 per minute", pxat=9_000_000_000_000_000)
    plan = await adapter_for(server.url).plan(Verb.LIMIT, None)
    assert "until 9999-12-31" in plan.exact[0]


async def test_a_limit_shows_outside_and_a_key_that_nobody_reads_does_not(tmp_path: Path) -> None:
    for place, reads, wanted in [("one", KEY, Verdict.CONTAINED), ("two", "another", Verdict.OPEN)]:
        (tmp_path / place).mkdir()
        with limited_bot(tmp_path / place, reads=reads) as bot:
            adapter = adapter_for(bot.server.url)
            await adapter.apply(await adapter.plan(Verb.LIMIT, None), "ACT-001")
            assert '"3 per minute"' in (await adapter.observe(Verb.LIMIT)).text
            bot.use(3)
            assert (await HttpProbe(bot.probe, CLOCK).look(Verb.LIMIT)).verdict is wanted


async def test_nobody_listening_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(AdapterFailed, match="nothing was changed"):
        await adapter_for(f"redis://127.0.0.1:{port}/0").plan(Verb.LIMIT, None)
