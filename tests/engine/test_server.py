"""The socket: refused is not fatal, every message has one answer, and who asks is what the kernel says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.engine.rig import acts, attached, paths_in, running_engine, settings_without_adapters
from tests.engine.telling import MovedClock
from tests.waiting import eventually
from warroom import __version__
from warroom.adapters.paths import RoomPaths
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core import wire
from warroom.core.commands import Ack, Refused
from warroom.core.company import Here, Kind, Target
from warroom.core.exercise import Exercise, Goal, Mark
from warroom.core.facts import CommandRefused, ConsoleLeft, SourceAdded
from warroom.core.model import Level
from warroom.core.ports import Standing
from warroom.core.queries import History, Lines
from warroom.core.room import ConnectionLost, Welcome
from warroom.engine.engine import Engine


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[tuple[RoomPaths, Engine]]:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")) as engine:
        yield paths, engine


class Raw:
    """A client that writes bytes as it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, line: bytes) -> None:
        self.writer.write(line + b"\n")
        await self.writer.drain()

    async def hear(self) -> wire.FromEngine:
        message: wire.FromEngine = wire.from_engine().decode(await asyncio.wait_for(self.reader.readline(), 60))
        return message


async def raw(paths: RoomPaths, *, hello: bool = True) -> Raw:
    client = Raw(*await asyncio.open_unix_connection(paths.socket, limit=1 << 24))
    if hello:
        await client.say(wire.encode(wire.Hello(wire.PROTOCOL, __version__, "cli")).rstrip())
        assert isinstance(await client.hear(), Welcome)
    return client


async def test_the_operator_is_who_the_kernel_says_whatever_the_environment_says(
    room: tuple[RoomPaths, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "mallory")
    monkeypatch.setenv("USER", "mallory")
    async with attached(room[0]) as console:
        assert console.welcome.uid == os.getuid()
        assert console.welcome.operator == pwd.getpwuid(os.getuid()).pw_name


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"[1, 2]",
        b'{"type":"Nothing"}',
        b'{"type":"Submit","id":"x","command":{"type":"Explode"}}',
        b'{"type":"Submit","id":"x","command":{"type":"AddNote","incident":1,"text":"x"}}',
        b'{"type":"Ask","id":"x","query":{"type":"DropTables"}}',
        b'{"type":"Ask","id":"x","query":{"type":"Lines","bot":"b","extra":1}}',
        b"\xff\xfe\x00",
        b"[" * 5000,
    ],
)
async def test_a_message_that_cannot_be_taken_is_denied_and_the_talk_goes_on(
    room: tuple[RoomPaths, Engine], line: bytes
) -> None:
    client = await raw(room[0])
    await client.say(line)
    assert isinstance(await client.hear(), wire.Denied)
    await client.say(wire.encode(wire.Submit("s-1", c.AddNote("INC-9", "x"))).rstrip())
    answer = await client.hear()
    assert isinstance(answer, wire.Answered)
    assert isinstance(answer.answer, Refused)
    client.writer.close()


async def test_an_oversized_message_is_denied_with_its_size_and_the_talk_goes_on(
    room: tuple[RoomPaths, Engine],
) -> None:
    client = await raw(room[0])
    await client.say(b"x" * (3 * wire.MAX_MESSAGE_BYTES))
    denied = await client.hear()
    assert isinstance(denied, wire.Denied)
    assert str(3 * wire.MAX_MESSAGE_BYTES) in denied.reason
    await client.say(wire.encode(wire.Submit("s-1", c.AddNote("INC-9", "x"))).rstrip())
    assert isinstance(await client.hear(), wire.Answered)
    client.writer.close()


@pytest.mark.parametrize(
    "line",
    [b"hello", wire.encode(wire.Hello(99, "9.9", "console")).rstrip(), wire.encode(wire.Follow()).rstrip()],
)
async def test_who_does_not_say_the_right_hello_is_told_what_to_do(room: tuple[RoomPaths, Engine], line: bytes) -> None:
    client = await raw(room[0], hello=False)
    await client.say(line)
    assert isinstance(await client.hear(), wire.Denied)
    assert await client.reader.read() == b""
    client.writer.close()


async def test_a_repeated_command_id_gets_its_first_answer_and_acts_once(room: tuple[RoomPaths, Engine]) -> None:
    client = await raw(room[0])
    line = wire.encode(wire.Submit("same", c.AddSource("/tmp/other.log", "other"))).rstrip()
    answers = []
    for _ in range(3):
        await client.say(line)
        answers.append(msgspec.to_builtins(await client.hear()))
    assert answers[0] == answers[1] == answers[2]
    assert room[1].desk.sources == {"/tmp/other.log": "other"}
    client.writer.close()


async def test_a_read_only_console_is_refused_and_the_refusal_recorded(room: tuple[RoomPaths, Engine]) -> None:
    paths, engine = room
    async with attached(paths, read_only=True) as console:
        answer = await console.submit(c.AddSource("/tmp/x.log", "x"))
        assert isinstance(answer, Refused)
        assert "read-only" in answer.reason
    entries = await engine.parts.journal.entries()
    assert any(isinstance(entry.fact, CommandRefused) for entry in entries)
    assert engine.desk.sources == {}


async def test_what_a_console_that_only_looks_is_refused_fills_no_record(room: tuple[RoomPaths, Engine]) -> None:
    paths, engine = room
    async with attached(paths, read_only=True) as console, attached(paths) as other:
        for _ in range(50):
            assert isinstance(await console.submit(c.StopEngine()), Refused)
        for _ in range(3):
            assert isinstance(await other.submit(c.AddNote("INC-9", "x")), Refused)
    entries = await engine.parts.journal.entries()
    refused = [entry.fact.command for entry in entries if isinstance(entry.fact, CommandRefused)]
    assert refused == ["StopEngine", "AddNote", "AddNote", "AddNote"]


@pytest.mark.parametrize("kind", ["Submit", "Ask", "Point", "Post"])
async def test_an_id_of_any_length_is_denied_and_kept_nowhere(room: tuple[RoomPaths, Engine], kind: str) -> None:
    client = await raw(room[0])
    rest = {
        "Submit": b'"command":{"type":"StopEngine"}',
        "Ask": b'"query":{"type":"History"}',
        "Point": b'"target":null',
        "Post": b'"board":null',
    }[kind]
    length = room[1].desk.length
    for size, answered in ((100, True), (101, False), (900_000, False)):
        await client.say(b'{"type":"%s","id":"%s",%s}' % (kind.encode(), b"x" * size, rest.replace(b"Stop", b"Gone")))
        heard = await client.hear()
        if kind == "Submit":
            assert isinstance(heard, wire.Denied)
        else:
            assert isinstance(heard, wire.Denied) != answered
        assert isinstance(heard, wire.Answered | wire.Told | wire.Denied)
        assert heard.id == "x" * 100
    assert await acts(room[1], length) == []
    client.writer.close()


class Enrolled:
    """Accounts of which one may lose its level, or cannot be looked up."""

    def __init__(self) -> None:
        self.level: Level | None = Level.COMMANDER
        self.doubt = ""

    async def standing(self, uid: int) -> Standing:
        return Standing("ana", self.level, shared=False, enrolled=1, doubt=self.doubt)


@pytest.mark.parametrize(
    "message",
    [
        wire.Ask("m-1", Lines("support")),
        wire.Ask("m-1", History()),
        wire.Follow(),
        wire.Point("m-1", None),
        wire.Present(Here("overview")),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_who_lost_every_right_reads_nothing_more(tmp_path: Path, message: wire.FromClient) -> None:
    paths, accounts = paths_in(tmp_path), Enrolled()
    settings = settings_without_adapters(tmp_path / "bot.log")
    async with running_engine(paths, settings, accounts=accounts):
        client = await raw(paths)
        await client.say(wire.encode(wire.Ask("m-0", History())).rstrip())
        assert isinstance(await client.hear(), wire.Told)
        accounts.level = None
        await client.say(wire.encode(message).rstrip())
        denied = await client.hear()
        assert isinstance(denied, wire.Denied)
        assert denied.id == getattr(message, "id", "")
        assert "the account ana has no access level in this room" in denied.reason
        assert await client.reader.read() == b""
        client.writer.close()


async def test_a_command_of_who_lost_every_right_is_recorded_as_refused_and_is_the_last(tmp_path: Path) -> None:
    paths, accounts = paths_in(tmp_path), Enrolled()
    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log"), accounts=accounts) as engine:
        client = await raw(paths)
        accounts.level = None
        await client.say(wire.encode(wire.Submit("m-1", c.AddNote("INC-1", "x"))).rstrip())
        answered = await client.hear()
        assert isinstance(answered, wire.Answered)
        assert isinstance(answered.answer, Refused)
        assert isinstance(await client.hear(), wire.Denied)
        assert await client.reader.read() == b""
        client.writer.close()
        entries = await engine.parts.journal.entries()
        assert any(isinstance(entry.fact, CommandRefused) for entry in entries)


async def test_a_follower_that_lost_every_right_is_shown_out_though_it_says_nothing(tmp_path: Path) -> None:
    paths, accounts, clock = paths_in(tmp_path), Enrolled(), MovedClock()
    settings = settings_without_adapters(tmp_path / "bot.log")
    async with running_engine(paths, settings, accounts=accounts, clock=clock) as engine, attached(paths) as console:
        accounts.level, accounts.doubt = None, "the accounts of this host cannot be looked up at the moment"
        version = engine.version
        await engine.report(ConsoleLeft("C9", "for the test"))
        await eventually(lambda: console.latest is not None and engine.version > version and console.lost == "")
        accounts.doubt = ""
        await eventually(lambda: console.lost != "", what="the end of the talk")
        await eventually(lambda: engine.desk.consoles == {})
        entries = await engine.parts.journal.entries()
        left = [entry.fact.reason for entry in entries if isinstance(entry.fact, ConsoleLeft)]
        assert left[-1] == "the account has no access level any more"


async def test_consoles_see_each_other_and_each_others_acts(room: tuple[RoomPaths, Engine]) -> None:
    paths, engine = room
    async with attached(paths) as ana:
        async with attached(paths) as ben:
            await eventually(lambda: ana.latest is not None and len(ana.latest.consoles) == 2)
            answer = await ben.submit(c.OpenIncident("support", "prompt-injection", "seen by both"))
            assert isinstance(answer, Ack)
            await eventually(lambda: ana.latest is not None and ana.latest.incidents != [], what="ben's incident")
        await eventually(lambda: len(engine.desk.consoles) == 1, what="ben to leave")


async def test_a_client_that_leaves_before_its_answer_has_its_command_recorded(room: tuple[RoomPaths, Engine]) -> None:
    client = await raw(room[0])
    await client.say(wire.encode(wire.Submit("s-1", c.AddSource("/tmp/gone.log", "gone"))).rstrip())
    client.writer.close()
    await eventually(lambda: "/tmp/gone.log" in room[1].desk.sources)


async def test_a_console_that_never_reads_does_not_hold_up_the_others(room: tuple[RoomPaths, Engine]) -> None:
    paths, _ = room
    stuck = await raw(paths)
    await stuck.say(wire.encode(wire.Follow()).rstrip())
    async with attached(paths) as console:
        for number in range(200):
            answer = await asyncio.wait_for(console.submit(c.AddSource(f"/tmp/{number}.log", "many")), 60)
            assert isinstance(answer, Ack)
    stuck.writer.close()


async def test_when_the_engine_ends_the_console_is_told_what_to_do(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    async with contextlib.AsyncExitStack() as console:
        async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")):
            connection = await console.enter_async_context(attached(paths))
        await eventually(lambda: connection.lost != "")
        assert "warroom watch" in connection.lost
        with pytest.raises(ConnectionLost):
            await connection.submit(c.StopEngine())


async def test_consoles_are_told_what_the_others_look_at_until_they_leave_and_nothing_of_it_is_recorded(
    room: tuple[RoomPaths, Engine],
) -> None:
    paths, engine = room
    async with attached(paths) as ana:
        ana.present(Here("overview"))
        async with attached(paths) as ben:
            await eventually(lambda: len(engine.desk.consoles) == 2)
            length = engine.desk.length
            ben.present(Here("incident", "confirming: isolate support", True))
            await eventually(lambda: [one.page for one in ana.company.people] == ["overview", "incident"])
            for number in range(500):
                ben.present(Here(f"page{number}"))
            await eventually(lambda: ana.company.people[-1].page == "page499", what="the last of what ben said")
            assert await acts(engine, length) == []
        await eventually(lambda: [one.page for one in ana.company.people] == ["overview"], what="ben to be forgotten")


async def test_who_never_says_what_it_looks_at_is_told_nothing_of_the_others(room: tuple[RoomPaths, Engine]) -> None:
    paths, _ = room
    quiet = await raw(paths)
    await quiet.say(wire.encode(wire.Follow()).rstrip())
    async with attached(paths) as ana:
        ana.present(Here("overview"))
        await eventually(lambda: len(ana.company.people) == 1)
        await quiet.say(wire.encode(wire.Present(Here("overview"))).rstrip())
        await quiet.say(wire.encode(wire.Submit("s-1", c.AddNote("INC-9", "x"))).rstrip())
        heard = [await quiet.hear()]
        while not isinstance(heard[-1], wire.Answered):
            heard.append(await quiet.hear())
        assert {type(one) for one in heard} == {wire.Shown, wire.Answered}
        assert len(ana.company.people) == 1
    quiet.writer.close()


async def test_everybody_sees_the_newest_pointer_and_a_watcher_can_set_none(room: tuple[RoomPaths, Engine]) -> None:
    paths, engine = room
    async with attached(paths) as ana, attached(paths, read_only=True) as watcher:
        for one in (ana, watcher):
            one.present(Here("overview"))
        length = engine.desk.length
        assert isinstance(await watcher.point(Target(Kind.BOT, "support")), Refused)
        assert isinstance(await ana.point(Target(Kind.BOT, "support")), Ack)
        await eventually(lambda: watcher.company.pointer is not None)
        assert isinstance(await watcher.point(None), Refused)
        assert watcher.company.pointer is not None
        assert watcher.company.pointer.words == "the bot support"
        assert await acts(engine, length) == []


async def test_an_act_is_told_to_the_others_at_once(room: tuple[RoomPaths, Engine]) -> None:
    paths, engine = room
    async with attached(paths) as ana, attached(paths) as ben:
        views: list[int] = []
        for number in range(5):
            answer = await ben.submit(c.AddSource(f"/tmp/{number}.log", "many"))
            assert isinstance(answer, Ack)
            while ana.latest is None or ana.latest.chain.length < answer.seq:
                await asyncio.wait_for(ana.arrival(), 60)
            views.append(ana.latest.chain.length)
        assert views == sorted(set(views))
        assert len([one for one in await acts(engine) if isinstance(one, SourceAdded)]) == 5


async def test_a_line_that_is_reset_ends_its_talk_without_a_fault_and_is_told_as_dropped(
    room: tuple[RoomPaths, Engine],
) -> None:
    paths, engine = room
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(paths.socket))
        client.sendall(wire.encode(wire.Hello(wire.PROTOCOL, __version__, "console")) + wire.encode(wire.Follow()))
        await eventually(lambda: len(engine.desk.consoles) == 1)
        # What the client never read makes its end a reset.
    await eventually(lambda: engine.desk.consoles == {})
    left = [entry.fact for entry in await engine.parts.journal.entries() if isinstance(entry.fact, ConsoleLeft)]
    assert [one.reason for one in left] == ["the line dropped"]
    assert faults == []


async def test_a_board_that_somebody_posts_is_seen_by_all_until_its_leader_leaves_and_never_recorded(
    room: tuple[RoomPaths, Engine],
) -> None:
    paths, engine = room
    board = Exercise("a drill", "what is known", 1.0, [Goal("see it\x1b[2J", Mark.OPEN)])
    async with attached(paths) as console:
        async with RoomConnection(paths.socket, client="drill") as leader:
            assert isinstance(await leader.post(board), Ack)
            await eventually(lambda: console.latest is not None and console.latest.exercise is not None)
            shown = console.latest.exercise if console.latest else None
            assert shown is not None
            assert (shown.title, shown.goals[0].text, shown.left) == ("a drill", "see it␛[2J", None)
            assert isinstance(await console.post(board), Refused)
        await eventually(lambda: console.latest is not None and (console.latest.exercise or board).left is not None)
        assert not [entry for entry in await engine.parts.journal.entries() if "drill" in str(entry.fact)]


async def test_a_console_that_only_looks_posts_no_board(room: tuple[RoomPaths, Engine]) -> None:
    async with RoomConnection(room[0].socket, client="console", read_only=True) as console:
        assert isinstance(await console.post(Exercise("t", "s", 1.0, [])), Refused)
    assert room[1].view().exercise is None
