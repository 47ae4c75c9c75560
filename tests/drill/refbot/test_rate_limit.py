"""How often a user may chat: as a rule, and as the store says at the moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.drill.refbot.running import Asked, held_port, redis_server, running
from warroom.drill.refbot.launch import BotFailed
from warroom.drill.refbot.options import Options

KEY = "warroom:limit:support"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    with redis_server(tmp_path) as url:
        yield url


def statuses(bot: Asked, count: int, user: str = "u") -> list[int]:
    return [bot.chat(user) for _ in range(count)]


def test_a_user_beyond_the_limit_is_told_to_come_back_and_others_go_on(tmp_path: Path) -> None:
    with running(tmp_path, Options(limit="3 per hour")) as bot:
        assert statuses(bot, 4) == [200, 200, 200, 429]
        refused = bot.send("POST", "/v1/chat", json={"user": "u", "message": "thanks"})
        assert refused.json() == {"error": "too_many_requests"}
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert statuses(bot, 1, "somebody else") == [200]
        assert bot.send("GET", "/healthz").status_code == 200
        assert "too_many_requests" in (bot.bot.folder / "bot.log").read_text()


def test_the_stores_limit_counts_for_all_workers_while_it_is_there(tmp_path: Path, store: str) -> None:
    options = Options(workers=2, limit="600 per minute", limit_store=store)
    with running(tmp_path, options) as bot, redis.Redis.from_url(store) as db:
        assert set(statuses(bot, 8)) == {200}
        db.set(KEY, "3 per hour", ex=600)
        assert statuses(bot, 6) == [200, 200, 200, 429, 429, 429]
        db.delete(KEY)
        assert set(statuses(bot, 4)) == {200}


@pytest.mark.parametrize("text", [b"often", b"", b"\xff", b"3 per fortnight"])
def test_a_limit_that_cannot_be_read_lets_nobody_through(tmp_path: Path, store: str, text: bytes) -> None:
    with running(tmp_path, Options(limit="600 per minute", limit_store=store)) as bot:
        with redis.Redis.from_url(store) as db:
            db.set(KEY, text)
        assert statuses(bot, 2) == [503, 503]


def test_a_store_that_is_gone_lets_nobody_through(tmp_path: Path) -> None:
    with (
        held_port() as port,
        running(tmp_path, Options(limit="600 per minute", limit_store=f"redis://127.0.0.1:{port}/0")) as bot,
    ):
        answer = bot.send("POST", "/v1/chat", json={"user": "u", "message": "thanks"})
        assert (answer.status_code, answer.json()) == (503, {"error": "limit_unknown"})


def test_a_bot_with_a_limit_that_is_none_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(BotFailed, match="ValueError"), running(tmp_path, Options(limit="sometimes")):
        pass
