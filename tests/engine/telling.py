"""A room that tells people of a bot that can be switched: a real bot, a real receiver, a clock that can be moved."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.adapters.contain.liars import NothingDoer
from warroom.adapters.clock import SystemClock
from warroom.core.model import Plan, Verb
from warroom.core.notices import Audience
from warroom.core.ports import Receipt
from warroom.core.settings import BotSettings, ContainedWhen, ProbeSettings, Settings
from warroom.core.settings_notify import NotifySettings, UpdateEvery, WebhookChannel

LEAK = "CANARY-123456"
"""What the bot says when it is asked: no word of it may reach others than security."""


class MovedClock(SystemClock):
    """Time that passes at will; waiting is short, so that what is due is seen at once."""

    def __init__(self) -> None:
        self.ahead_s = 0.0
        self.jump_s = 0.0
        """By how much somebody set the time of day wrong: the steady clock knows nothing of it."""

    def now(self) -> float:
        return super().now() + self.ahead_s + self.jump_s

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.02))


class Bot:
    """Answers 200 with something that leaks, or 503 while it is off."""

    def __init__(self) -> None:
        self.off = False
        self.asked = 0
        self.url = ""


@contextlib.contextmanager
def a_bot() -> Iterator[Bot]:
    """Run a bot on a port of its own."""
    bot = Bot()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            bot.asked += 1
            said = b"" if bot.off else LEAK.encode()
            self.send_response(503 if bot.off else 200)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bot.url = f"http://127.0.0.1:{server.server_port}/v1/chat"
    try:
        yield bot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Switch(NothingDoer):
    """Switches that bot off and on."""

    def __init__(self, bot: Bot) -> None:
        super().__init__("support", verbs=frozenset({Verb.LIMIT, Verb.DISABLE}))
        self._switched = bot

    async def apply(self, plan: Plan, key: str) -> Receipt:
        self._switched.off = True
        return await super().apply(plan, key)

    async def release(self, plan: Plan, key: str) -> Receipt:
        self._switched.off = False
        return await super().release(plan, key)


def room_of(folder: Path, bot: Bot, hook: str = "", *, sev1_s: float = 1800.0) -> Settings:
    """Return the settings of such a room; without `hook` nobody can be told."""
    probe = ProbeSettings(
        url=bot.url, body="{}", timeout_s=5.0, every_s=0.2, contained_when=ContainedWhen(status=[503])
    )
    bots = {"support": BotSettings(log=[str(folder / "bot.log")], probe=probe)}
    return Settings(bots=bots, notify=telling(folder, hook, sev1_s) if hook else None)


def telling(folder: Path, hook: str, sev1_s: float) -> NotifySettings:
    """Return settings by which security and engineering are told by one webhook."""
    key = folder / "hook.key"
    key.touch(mode=0o600)
    key.write_text("a key of thirty-two characters..")
    return NotifySettings(
        channels={"chat": WebhookChannel(url=hook, key_file=str(key), timeout_s=10.0)},
        groups={Audience.SECURITY: ["chat"], Audience.ENGINEERING: ["chat"]},
        update_every_s=UpdateEvery(sev1=sev1_s),
    )
