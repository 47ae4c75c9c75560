"""One key of a real Redis server: a change lands on what was seen, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.contain.rig_limiter import PASSWORD, RedisServer, redis_server
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.contain.limiter_store import Held, Words, opened
from warroom.core.ports import AdapterFailed

KEY = "limit"


@pytest.fixture(scope="module")
def running() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
def server(running: RedisServer) -> RedisServer:
    running.client.flushall()
    return running


async def test_a_key_is_read_with_the_moment_at_which_it_ends(server: RedisServer) -> None:
    async with opened(server.url, PATIENCE_S) as store:
        assert await store.read(KEY) == Held(None)
        server.client.set(KEY, "a")
        assert await store.read(KEY) == Held(b"a")
        server.client.set(KEY, "a", pxat=4_000_000_000_000)
        assert await store.read(KEY) == Held(b"a", 4_000_000_000_000)


async def test_a_key_that_was_written_since_it_was_seen_is_looked_at_again(server: RedisServer) -> None:
    seen: list[Held] = []

    def decide(now: Held) -> Words:
        seen.append(now)
        if len(seen) == 1:
            server.client.set(KEY, "theirs")
        return ["SET", KEY, "ours"]

    async with opened(server.url, PATIENCE_S) as store:
        assert await store.change(KEY, decide)
    assert seen == [Held(None), Held(b"theirs")]
    assert server.client.get(KEY) == b"ours"


async def test_a_key_that_is_written_all_the_time_is_given_up(server: RedisServer) -> None:
    def decide(now: Held) -> Words:
        server.client.append(KEY, "x")
        return ["SET", KEY, "ours"]

    async with opened(server.url, PATIENCE_S) as store:
        with pytest.raises(AdapterFailed, match="written all the time; nothing was changed"):
            await store.change(KEY, decide)
    assert server.client.get(KEY) == b"xxxxx"


async def test_nothing_is_sent_when_nothing_is_to_change(server: RedisServer) -> None:
    async with opened(server.url, PATIENCE_S) as store:
        assert not await store.change(KEY, lambda now: None)
    assert not server.client.exists(KEY)


async def test_a_command_that_redis_refuses_changes_nothing(server: RedisServer) -> None:
    async with opened(server.url, PATIENCE_S) as store:
        with pytest.raises(AdapterFailed, match="nothing was changed"):
            await store.change(KEY, lambda now: ["SET", KEY, "ours", "PX", -1])
        with pytest.raises(AdapterFailed, match="nothing was changed"):
            await store.change(KEY, lambda now: ["NOSUCH", KEY])
    assert not server.client.exists(KEY)


async def test_a_password_in_a_refusal_is_masked(server: RedisServer) -> None:
    async with opened(server.url, PATIENCE_S) as store:
        with pytest.raises(AdapterFailed) as failure:
            await store.change(KEY, lambda now: [PASSWORD, KEY])
    assert PASSWORD not in str(failure.value)
