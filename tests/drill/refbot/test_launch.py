"""Starting and ending the bot: it serves or says why not, and no process of it is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.waiting import wait_until
from warroom.drill.refbot.launch import BotFailed, RunningBot, start_bot, stop_bot
from warroom.drill.refbot.signing import signature
from warroom.logs.line_parser import LineParser


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("a key of the drill")
    return path


@pytest.fixture
def start(key: Path, tmp_path: Path) -> Iterator[Callable[..., RunningBot]]:
    """Start bots that are gone after the test, however it ends."""
    bots: list[RunningBot] = []

    def started(folder: str = "bot", *, shape: str = "json", seed: int = 1) -> RunningBot:
        bots.append(start_bot(tmp_path / folder, shape=shape, key_file=key, name="support", seed=seed))
        return bots[-1]

    yield started
    for bot in bots:
        stop_bot(bot)


@pytest.mark.parametrize("freeze", [False, True])
def test_a_bot_serves_and_its_whole_tree_ends_even_when_frozen(freeze: bool, start: Callable[..., RunningBot]) -> None:
    bot = start(shape="plain")
    tree = [psutil.Process(bot.pid), *psutil.Process(bot.pid).children(recursive=True)]
    assert len(tree) == 2, "the bot and its tools"
    answer = httpx2.post(bot.url, json={"message": "where is order 12345?"}, trust_env=False, timeout=60.0)
    assert answer.json()["tools"] == ["order_status"]
    lines = (bot.folder / "bot.log").read_text().splitlines()
    assert [line.split(":")[0] for line in lines] == ["INFO"] * 3
    assert (bot.folder / "bot.pid").read_text().strip() == str(bot.pid)
    if freeze:
        for process in tree:
            process.suspend()
    stop_bot(bot)
    wait_until(lambda: not any(process.is_running() for process in tree), what="the end of the tree")


def test_the_planted_secret_follows_the_seed_and_is_private(start: Callable[..., RunningBot]) -> None:
    secrets = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        bot = start(name, seed=seed)
        stop_bot(bot)
        canary = bot.folder / "canary.txt"
        assert canary.stat().st_mode & 0o777 == 0o600
        secrets.append(canary.read_text())
    assert secrets[0] == secrets[1] != secrets[2]


def test_a_bot_that_cannot_start_says_why_and_is_gone(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(BotFailed, match="No such file"):
        start_bot(tmp_path / "bot", shape="json", key_file=tmp_path / "absent", name="support", seed=1)
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_disabled_bot_that_is_started_again_stays_disabled_and_keeps_its_secret(
    key: Path, start: Callable[..., RunningBot]
) -> None:
    seen = []
    for seed in (1, 2):
        bot = start(seed=seed)
        if seed == 1:
            body, stamp = b'{"mode": "disabled"}', str(int(time.time()))
            signed = signature(key.read_bytes(), "id-1", stamp, body)
            headers = {"webhook-id": "id-1", "webhook-timestamp": stamp, "webhook-signature": signed}
            assert (
                httpx2.post(bot.control_url, content=body, headers=headers, trust_env=False, timeout=60.0).status_code
                == 200
            )
        status = httpx2.post(bot.url, json={"message": "thanks"}, trust_env=False, timeout=60.0).status_code
        seen.append((status, (bot.folder / "canary.txt").read_text()))
        stop_bot(bot)
    assert seen[0] == seen[1]
    assert seen[0][0] == 503


def test_a_frozen_tool_whose_bot_was_killed_is_ended_with_it(start: Callable[..., RunningBot]) -> None:
    bot = start()
    (tool,) = psutil.Process(bot.pid).children(recursive=True)
    tool.suspend()
    bot.process.kill()
    bot.process.wait()
    assert tool.is_running()
    stop_bot(bot)
    wait_until(lambda: not tool.is_running() or tool.status() == psutil.STATUS_ZOMBIE, what="the end of the tool")


@pytest.mark.parametrize("shape", ["json", "plain"])
def test_every_word_is_logged_whatever_the_locale(
    shape: str, start: Callable[..., RunningBot], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")):
        monkeypatch.setenv(name, value)
    bot = start(shape=shape)
    httpx2.post(bot.url, json={"message": "où est ma commande 📦?"}, trust_env=False, timeout=60.0)
    stop_bot(bot)
    parser = LineParser("bot.log", "support", 0)
    records = [*parser.feed((bot.folder / "bot.log").read_bytes(), 0, 5.0), *parser.flush()]
    assert [record.event for record in records] == ["bot.started", "tool.called", "chat.completed"]
    assert records[-1].attrs["prompt"] == "où est ma commande 📦?"
