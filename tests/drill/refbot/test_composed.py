"""A bot with its switches on: whose mode counts for whom, and what several processes share."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.drill.refbot.running import oauth_options, running
from tests.waiting import wait_until
from warroom.drill.refbot.options import Kept, Options

LOOKS = 20
VARIANTS = {"normal": "normal", "limited": "limited", "disabled": "disabled"}


def flags(path: Path, variant: str) -> None:
    fresh = path.with_suffix(".new")
    flag = {"state": "ENABLED", "variants": VARIANTS, "defaultVariant": variant}
    fresh.write_text(json.dumps({"flags": {"bot-mode": flag}}))
    fresh.replace(path)


def test_a_plain_bot_loads_no_library_that_only_its_switches_need() -> None:
    code = "import sys, warroom.drill.refbot.__main__; print({'oauthlib', 'flask_limiter', 'redis'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "set()\n"


@pytest.mark.long
def test_an_order_reaches_one_of_two_workers_when_each_keeps_its_own_mode(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        assert bot.order("disabled") == 200
        seen = [bot.chat() for _ in range(LOOKS * 3)]
        assert {200, 503} == set(seen)


def test_an_order_reaches_every_worker_when_they_share_the_mode(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2, state=Kept.SHARED)) as bot:
        assert bot.order("disabled") == 200
        assert [bot.chat() for _ in range(LOOKS)] == [503] * LOOKS
        assert bot.order("normal", "id-2") == 200
        assert [bot.chat() for _ in range(LOOKS)] == [200] * LOOKS


def test_two_instances_in_a_folder_share_mode_secret_and_log(tmp_path: Path) -> None:
    shared = Options(state=Kept.SHARED)
    second = Options(state=Kept.SHARED, instance="b")
    with running(tmp_path, shared) as one, running(tmp_path, second) as other:
        assert one.bot.url != other.bot.url
        assert one.bot.pidfile.read_text() != other.bot.pidfile.read_text()
        one.order("disabled")
        assert (one.chat(), other.chat()) == (503, 503)
        lines = [json.loads(line) for line in (one.bot.folder / "bot.log").read_text().splitlines()]
        assert [line["event.name"] for line in lines].count("bot.started") == 2


def test_two_instances_share_tokens_and_each_may_have_a_mode_of_its_own(tmp_path: Path) -> None:
    with (
        running(tmp_path, oauth_options(tmp_path)) as one,
        running(tmp_path, oauth_options(tmp_path, instance="b")) as other,
    ):
        token = one.token()
        assert other.chat(token=token) == 200
        one.order("disabled")
        assert (one.chat(token=token), other.chat(token=token)) == (503, 200)


def test_a_kill_switch_reaches_every_worker_and_the_harder_mode_counts(tmp_path: Path) -> None:
    file = tmp_path / "flags.json"
    with running(tmp_path, Options(workers=2, flag_file=str(file))) as bot:
        assert {bot.chat() for _ in range(LOOKS)} == {200}
        flags(file, "disabled")
        # A worker that looked just before goes on for a moment: so many looks meet both.
        wait_until(lambda: [bot.chat() for _ in range(LOOKS)] == [503] * LOOKS, timeout_s=60, what="the switch in both")
        bot.order("limited")
        assert {bot.chat() for _ in range(6)} == {503}
        file.write_text("{")
        assert {bot.chat() for _ in range(6)} == {503}


def test_lines_of_several_processes_stay_whole(tmp_path: Path) -> None:
    message = "x" * 9000
    with running(tmp_path, Options(workers=3)) as bot:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda n: bot.chat(f"user-{n}" * 900, message=message), range(120))) == {200}
        lines = (bot.bot.folder / "bot.log").read_text().splitlines()
    assert [json.loads(line)["event.name"] for line in lines].count("chat.completed") == 120
