"""The composition root: a room opens with all its parts, and closes without leaving any."""

from __future__ import annotations

import asyncio
import stat
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from tests.waiting import eventually
from warroom.bootstrap.room import DrillRefused, open_engine, read_finished, settings_bytes, settings_from
from warroom.core.model import Mode, Verb
from warroom.core.ports import JournalError
from warroom.core.settings import BotSettings, ContainSettings, ProbeSettings, ProcessSettings, Settings
from warroom.core.settings_contain import CommandSettings


async def test_a_room_closes_without_leaving_a_thread_or_a_task(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text("INFO:root:x\n")
    before, tasks = set(threading.enumerate()), asyncio.all_tasks()
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")), attached(paths) as room:
        assert [bot.name for bot in (await room.first_view()).bots] == ["support"]
        assert stat.S_IMODE(paths.socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(paths.folder.stat().st_mode) == 0o700

    def left() -> list[str]:
        return [one.name for one in set(threading.enumerate()) - before if not one.name.startswith("asyncio_")]

    # A thread says that its work is done and ends a moment after that.
    await eventually(lambda: left() == [] and asyncio.all_tasks() == tasks, what="the end of its threads and tasks")


async def test_a_drill_acts_on_its_own_bot_alone_and_stays_a_drill(tmp_path: Path) -> None:
    paths, log = paths_in(tmp_path), [str(tmp_path / "bot.log")]

    def acting_by(contain: ContainSettings) -> Settings:
        return Settings(bots={"support": BotSettings(log, probe=ProbeSettings("http://127.0.0.1:9/"), contain=contain)})

    own = acting_by(ContainSettings(process=ProcessSettings(str(paths.folder / "bot" / "bot.pid"))))
    peoples = acting_by(ContainSettings(command=CommandSettings([Verb.DISABLE], ["/bin/true"])))
    with pytest.raises(DrillRefused, match=r"bots\.support\.contain\.command: a drill acts on a bot below"):
        async with open_engine(paths, peoples, mode=Mode.DRILL):
            pass
    async with running_engine(paths, own, mode=Mode.DRILL), attached(paths) as room:
        assert (await room.first_view()).mode is Mode.DRILL
    with pytest.raises(DrillRefused):
        async with open_engine(paths, peoples, mode=Mode.LIVE):
            pass
    async with open_engine(paths_in(tmp_path, "another"), peoples, mode=Mode.LIVE):
        pass


async def test_a_broken_playbook_is_listed_and_the_rest_loads(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "odd.yaml").write_text("id: odd\nsteps: [\n")
    paths = paths_in(tmp_path)
    settings = replace(settings_without_adapters(tmp_path / "bot.log"), playbooks=[str(tmp_path / "mine")])
    async with running_engine(paths, settings), attached(paths) as room:
        found = {book.id: book.broken for book in (await room.first_view()).playbooks}
    assert found["prompt-injection"] == found["unknown-bot-incident"] == ""
    assert "odd.yaml:" in found["odd"]


async def test_a_journal_that_is_none_stops_the_engine_before_it_starts(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    paths.folder.mkdir(parents=True, mode=0o700)
    paths.journal.write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalError):
        async with open_engine(paths, settings_without_adapters(tmp_path / "bot.log"), mode=Mode.LIVE):
            pass


async def test_a_finished_log_is_read_to_its_end_and_a_missing_one_is_left(tmp_path: Path) -> None:
    log = tmp_path / "history.log"
    log.write_text("".join(f"INFO:root:{number}\n" for number in range(5000)))
    messages = [
        record.message
        async for batch in read_finished([str(log), str(tmp_path / "absent.log")], "support")
        for record in batch.records
    ]
    assert messages == [str(number) for number in range(5000)]


def test_settings_are_kept_as_they_are() -> None:
    settings = Settings(bots={"support": BotSettings(log=["/var/log/*.jsonl"])})
    assert settings_from(settings_bytes(settings)) == settings
