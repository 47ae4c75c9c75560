"""A running room is asked with SQL: anybody may, nobody is slowed, and nothing but the record is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.adapters.asked import ENDLESS, STUBBORN
from tests.engine.rig import KEY, attached, paths_in, running_engine, settings_without_adapters
from tests.waiting import eventually
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core.commands import Ack
from warroom.core.queries import QueryAnswer, Sql, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_tables import TABLES
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, Settings
from warroom.core.wire import MAX_MESSAGE_BYTES

OPEN = c.OpenIncident("support", "prompt-injection", "It leaks")


async def answered(room: RoomConnection, text: str) -> QueryAnswer:
    """Ask as people's programs do: again while the record is still being read."""
    while isinstance(answer := await room.query(Sql(text)), SqlLoading):
        continue
    return answer


async def asked(room: RoomConnection, text: str) -> SqlAnswer:
    answer = await answered(room, text)
    assert isinstance(answer, SqlAnswer), answer
    return answer


async def test_what_was_just_done_is_in_the_tables_and_a_viewer_may_ask(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")), attached(paths) as room:
        await room.submit(OPEN)
        assert (await asked(room, "SELECT id, title, state FROM incidents")).rows == [["INC-001", "It leaks", "open"]]
        noted = await room.submit(c.AddNote("INC-001", "seen"))
        assert isinstance(noted, Ack)
        told = await asked(room, "SELECT seq, operator, uid, text FROM acts ORDER BY seq DESC LIMIT 1")
        assert told.rows == [[noted.seq, room.welcome.operator, room.welcome.uid, "note: seen"]]
        async with attached(paths, read_only=True) as viewer:
            answer = await asked(viewer, "SELECT count(*) FROM steps WHERE incident = 'INC-001'")
            assert int(str(answer.rows[0][0])) > 3
            refused = await viewer.query(Sql("DELETE FROM acts"))
            assert isinstance(refused, SqlRefused)


async def test_expensive_queries_of_many_slow_neither_commands_nor_lines(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    log = tmp_path / "bot.log"
    log.write_text("INFO:root:Event logged: started\n")
    costly = [ENDLESS["recursion"], ENDLESS["sort"], STUBBORN["printf"], ENDLESS["join"]]
    async with running_engine(paths, settings_without_adapters(log)), attached(paths) as room:
        await room.submit(OPEN)
        await asked(room, "SELECT 1")
        async with RoomConnection(paths.socket, client="cli") as other, asyncio.TaskGroup() as tasks:
            asking = [tasks.create_task(answered(other, text)) for text in costly]
            noted = 0
            while not all(one.done() for one in asking):
                assert isinstance(await room.submit(c.AddNote("INC-001", "still there")), Ack)
                noted += 1
            with log.open("a") as file:
                file.write("INFO:root:Event logged: one more\n")
            await eventually(lambda: any(one.lines >= 2 for one in room.latest.bots) if room.latest else False)
        assert all(isinstance(one.result(), SqlRefused) for one in asking)
        assert noted > 3 * len(costly), "a command that waits for the queries of others is answered once a query ends"
        assert (await asked(room, "SELECT count(*) FROM acts WHERE fact = 'NoteAdded'")).rows == [[noted]]


async def test_the_longest_answer_fits_into_a_message(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    widest = ", ".join(["char(34,92,34,92) || hex(zeroblob(900)) || replace(hex(zeroblob(80)), '0', char(34))"] * 20)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")), attached(paths) as room:
        text = f"WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT {widest} FROM n"
        answer = await asked(room, text)
        assert "bytes at most" in answer.more
        assert sum(len(str(cell)) for row in answer.rows for cell in row) < MAX_MESSAGE_BYTES


async def test_no_setting_and_no_key_is_in_any_table(tmp_path: Path, key: Path) -> None:
    control = ControlSettings(url="http://127.0.0.1:9/PLANTED-URL", key_file=str(key))
    bot = BotSettings(log=[str(tmp_path / "bot.log")], contain=ContainSettings(control=control))
    paths = paths_in(tmp_path)
    async with running_engine(paths, Settings(bots={"support": bot})), attached(paths) as room:
        await room.submit(OPEN)
        everything = [await asked(room, f"SELECT * FROM {table.name}") for table in TABLES]
        everything.append(await asked(room, "SELECT * FROM sqlite_master"))
        told = "".join(str(cell) for answer in everything for row in answer.rows for cell in row)
        assert "INC-001" in told
        assert KEY not in told
        assert "PLANTED" not in told
        assert str(key) not in told


async def test_the_process_that_answers_ends_with_the_engine(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")), attached(paths) as room:
        await asked(room, "SELECT 1")
        assert _workers(paths.journal)
    await eventually(lambda: not _workers(paths.journal))


def _workers(journal: Path) -> list[Path]:
    found = []
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told = words.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"warroom.adapters.records_worker" in told and str(journal).encode() in told:
            found.append(words)
    return found
