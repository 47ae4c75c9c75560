"""Starting and ending the bot: it serves or says why not, and no process of it is left."""

from __future__ import annotations

from pathlib import Path

import httpx2
import psutil
import pytest

from tests.waiting import wait_until
from warroom.drill.refbot.launch import BotFailed, start_bot, stop_bot


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text("a key of the drill")
    return path


@pytest.mark.parametrize("freeze", [False, True])
def test_a_bot_serves_and_its_whole_tree_ends_even_when_frozen(freeze: bool, key: Path, tmp_path: Path) -> None:
    bot = start_bot(tmp_path / "bot", shape="plain", key_file=key, name="support", seed=1)
    tree = [psutil.Process(bot.pid), *psutil.Process(bot.pid).children(recursive=True)]
    assert len(tree) == 2, "the bot and its tools"
    answer = httpx2.post(bot.url, json={"message": "where is order 12345?"}, trust_env=False)
    assert answer.json()["tools"] == ["order_status"]
    lines = (bot.folder / "bot.log").read_text().splitlines()
    assert [line.split(":")[0] for line in lines] == ["INFO"] * 3
    assert (bot.folder / "bot.pid").read_text().strip() == str(bot.pid)
    if freeze:
        for process in tree:
            process.suspend()
    stop_bot(bot)
    wait_until(lambda: not any(process.is_running() for process in tree), what="the end of the tree")


def test_the_planted_secret_follows_the_seed_and_is_private(key: Path, tmp_path: Path) -> None:
    secrets = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        bot = start_bot(tmp_path / name, shape="json", key_file=key, name="support", seed=seed)
        stop_bot(bot)
        canary = bot.folder / "canary.txt"
        assert canary.stat().st_mode & 0o777 == 0o600
        secrets.append(canary.read_text())
    assert secrets[0] == secrets[1] != secrets[2]


def test_a_bot_that_cannot_start_says_why_and_is_gone(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(BotFailed, match="No such file"):
        start_bot(tmp_path / "bot", shape="json", key_file=tmp_path / "absent", name="support", seed=1)
    assert set(psutil.Process().children(recursive=True)) == before
