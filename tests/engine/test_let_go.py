"""Real rooms in which a release undoes more than it says, or comes while somebody looks: nothing is called held."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.rig import attached, paths_in, running_engine, settled
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.core.facts import ContainmentHeld
from warroom.core.model import ActionState, Verb
from warroom.core.queries import History, HistoryAnswer
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings, Settings


class Bot:
    """Obeys its control endpoint as the test wants it; an ordinary question may have to wait."""

    def __init__(self) -> None:
        self.mode = "normal"
        self.forgets: set[str] = set()
        """Modes that it takes and does not honour."""
        self.broken = False
        """Whether it acts and then answers 500."""
        self.asked = 0
        self.waits_at = 0
        """The number of the question that is answered only once it may."""
        self.waiting, self.may = threading.Event(), threading.Event()
        self.url = ""

    def answer(self, path: str, body: bytes) -> int:
        if path == "/control":
            if body:
                self.mode = json.loads(body)["mode"]
            return 500 if self.broken else 200
        refuses = {"limited": 403, "disabled": 503}
        status = 200 if self.mode in self.forgets else refuses.get(self.mode, 200)
        self.asked += 1
        if self.asked == self.waits_at:
            self.waiting.set()
            self.may.wait(60)
        return status


@pytest.fixture
def obeying() -> Iterator[Bot]:
    bot = Bot()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(bot.answer(self.path, body))
            self.send_header("content-length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bot.url = f"http://127.0.0.1:{server.server_port}"
    yield bot
    bot.may.set()
    server.shutdown()
    thread.join()
    server.server_close()


def room_of(folder: Path, bot: Bot, key: Path) -> Settings:
    (folder / "bot.log").write_text("INFO:root:x\n")
    probe = ProbeSettings(f"{bot.url}/chat", timeout_s=20.0, every_s=3600.0)
    control = ControlSettings(f"{bot.url}/control", key_file=str(key), settle_s=0.1)
    bots = {
        "support": BotSettings(log=[str(folder / "bot.log")], probe=probe, contain=ContainSettings(control=control))
    }
    return Settings(bots=bots)


async def test_a_release_that_puts_the_bot_to_normal_takes_the_word_held_from_the_milder_action(
    tmp_path: Path, obeying: Bot, key: Path
) -> None:
    obeying.forgets = {"disabled"}
    paths = paths_in(tmp_path)
    async with running_engine(paths, room_of(tmp_path, obeying, key)) as engine, attached(paths) as room:
        await room.submit(c.Contain("support", Verb.LIMIT, reason="it leaks"))
        await settled(room, "ACT-001", ActionState.HELD)
        await room.submit(c.Contain("support", Verb.DISABLE, reason="it leaks on"))
        await settled(room, "ACT-002", ActionState.NOT_HELD)
        await room.submit(c.Release("ACT-002", "it did nothing"))
        await settled(room, "ACT-002", ActionState.RELEASED)
        assert obeying.mode == "normal"
        await settled(room, "ACT-001", ActionState.NOT_HELD)
        assert [one.alarm.action for one in engine.desk.alarms.values()] == ["ACT-001"]


async def test_a_look_that_began_before_a_release_is_no_proof_after_it(tmp_path: Path, obeying: Bot, key: Path) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, room_of(tmp_path, obeying, key)), attached(paths) as room:
        await room.submit(c.Contain("support", Verb.DISABLE, reason="it leaks"))
        held = await settled(room, "ACT-001", ActionState.HELD)
        obeying.waits_at, obeying.broken = obeying.asked + 3, True
        await room.submit(c.VerifyHeld("ACT-001"))
        await eventually(obeying.waiting.is_set)
        await room.submit(c.Release("ACT-001", "patched"))
        await settled(room, "ACT-001", ActionState.AMBIGUOUS)
        assert (obeying.mode, held.state) == ("normal", ActionState.HELD)
        obeying.may.set()
        # Whoever asked for a look gets one of now, which sees the bot at work.
        await settled(room, "ACT-001", ActionState.RELEASED)
        record = await room.query(History())
        assert isinstance(record, HistoryAnswer)
        assert [type(entry.fact) for entry in record.entries].count(ContainmentHeld) == 1
