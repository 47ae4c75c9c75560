"""`--plain`: a room line by line, for screen readers, braille lines, dumb terminals and pipes."""

from __future__ import annotations

import asyncio
import errno
import signal
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from warroom.adapters.paths import RoomPaths, room_paths
from warroom.cli.exits import ABSENT, OK, USAGE, Failure
from warroom.cli.plain_lines import LinesIn, LinesOut
from warroom.cli.plain_options import Plain
from warroom.cli.rooms import no_engine, person
from warroom.core.company import Here
from warroom.core.line_ration import ALL_BOTS, LineRation
from warroom.core.model import Mode
from warroom.core.moments import clock_text, utc_text
from warroom.core.next_verbs import NextVerbs
from warroom.core.plain_answers import QUIT, Looks, answer
from warroom.core.queries import Lines, LinesAnswer, NotAnswered
from warroom.core.ration import Ration
from warroom.core.room import ConnectionLost
from warroom.core.room_words import summary
from warroom.core.transcript import Sentence, Transcript
from warroom.core.urgency import Urgency
from warroom.core.view import View

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_TURN_S = 0.25
_AGAIN_S = 0.5
_LINES_A_TURN = 500
_HERE = Here("plain lines")


async def run_plain(paths: RoomPaths, plain: Plain, *, read_only: bool, ascii_only: bool) -> int:
    """Tell the room until its user leaves; exit code 3 when the engine went away for good, 0 otherwise."""
    if sys.stdout is None:
        raise Failure(USAGE, "there is nowhere to write", "standard output is closed")
    leaving = asyncio.Event()
    loop = asyncio.get_running_loop()
    deadly = (signal.SIGHUP, signal.SIGTERM)
    for name in deadly:
        loop.add_signal_handler(name, leaving.set)
    out = LinesOut(1, leaving, ascii_only=ascii_only)
    typed = LinesIn(None if sys.stdin is None else 0)
    try:
        return await _Telling(paths, plain, out, typed, leaving, read_only=read_only).tell()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        # The terminal is gone, and whoever sat there with it.
        return OK
    finally:
        out.close()
        typed.close()
        for name in deadly:
            loop.remove_signal_handler(name)


class _Telling:
    """One transcript over any number of connections to the same room."""

    def __init__(
        self,
        paths: RoomPaths,
        plain: Plain,
        out: LinesOut,
        typed: LinesIn,
        leaving: asyncio.Event,
        *,
        read_only: bool,
    ) -> None:
        self._paths, self._plain, self._out, self._typed = paths, plain, out, typed
        self._leaving, self._read_only = leaving, read_only
        usual = room_paths(paths.name).socket == paths.socket
        self._verbs = NextVerbs(paths.name if usual else str(paths.socket))
        self._ration = Ration(plain.rate, self._verbs.line("messages"))
        self._lines = LineRation(plain.rate, self._verbs)
        self._transcript: Transcript | None = None
        self._day = ""
        self._again = self._verbs.line("watch --plain")
        self._unknown: set[str] = set()

    async def tell(self) -> int:
        lost, gone = "", time.monotonic()
        while not self._leaving.is_set():
            try:
                await self._attend(was_lost=bool(lost))
            except ConnectionLost as error:
                if self._transcript is None:
                    raise no_engine(self._paths.name, error) from error
                if not lost:
                    lost, gone = str(error), time.monotonic()
                    await self._say_lost(lost)
                if time.monotonic() - gone >= self._plain.wait_s:
                    await self._say(Urgency.URGENT, "The engine did not come back.", self._again)
                    return ABSENT
                await self._pause(_AGAIN_S)
            else:
                lost = ""
        return OK

    async def _say_lost(self, why: str) -> None:
        for one in self._ration.rest(time.time()):
            await self._say_sentence(one)
        text = f"ENGINE GONE: nothing is watched now; {why}."
        wait = f"It is waited for {self._plain.wait_s:.0f} seconds."
        await self._say(Urgency.URGENT, f"{text} {wait}", self._again)

    async def _attend(self, *, was_lost: bool) -> None:
        """Tell until somebody leaves; raises ConnectionLost when the engine does."""
        from warroom.client.connection import RoomConnection

        connection = RoomConnection(
            self._paths.socket, client="console", read_only=self._read_only, follow=True, claimed=person()
        )
        async with connection as room:
            view = await room.first_view()
            if view.mode is Mode.DRILL:
                # A drill that is over is not gone on with.
                self._again = ""
            room.present(_HERE)
            if self._transcript is None:
                self._transcript = Transcript(
                    view, room.welcome.console, self._verbs, may_act=not room.welcome.read_only
                )
                await self._begin(room, view)
            else:
                self._transcript.is_now(room.welcome.console)
                self._lines.anew()
                if was_lost:
                    await self._say(Urgency.WARNING, "The engine is back; the watch goes on.")
            try:
                await self._follow(room, self._transcript)
            finally:
                # An engine's last words may have come with the end of the line, while a slow reader was waited for.
                if room.lost and room.latest is not None:
                    self._ration.add(self._transcript.news(self._now(room.latest), room.company))

    async def _begin(self, room: RoomConnection, view: View) -> None:
        for line in summary(self._now(view), room.welcome, room.company, self._verbs):
            await self._out.say(line)
        await self._answer(room)
        if not self._typed.ended:
            await self._out.say("Type help and Enter for words that read the room; quit leaves.")

    async def _follow(self, room: RoomConnection, transcript: Transcript) -> None:
        looked = 0.0
        while not self._leaving.is_set():
            await self._turn(room)
            if room.lost:
                raise ConnectionLost(room.lost)
            if room.latest is not None:
                self._ration.add(transcript.news(self._now(room.latest), room.company))
            await self._flush()
            if self._plain.lines and time.monotonic() - looked >= _TURN_S:
                looked = time.monotonic()
                await self._tell_lines(room)
            await self._answer(room)

    async def _turn(self, room: RoomConnection) -> None:
        """Wait for news, but never long: clocks move on, words are typed."""
        try:
            async with asyncio.timeout(_TURN_S):
                await room.arrival()
        except TimeoutError:
            return

    async def _flush(self) -> None:
        for one in self._ration.take(time.time()):
            await self._say_sentence(one)

    async def _say(self, urgency: Urgency, text: str, todo: str = "") -> None:
        await self._say_sentence(Sentence(time.time(), urgency, text, "" if self._read_only else todo))

    async def _say_sentence(self, one: Sentence) -> None:
        day = utc_text(one.at)[:10]
        if self._day not in ("", day):
            await self._out.say(f"{clock_text(one.at)}Z INFO It is {day} now, UTC.")
        self._day = day
        todo = f" Next: {one.next}" if one.next else ""
        await self._out.say(f"{clock_text(one.at)}Z {one.urgency.upper()} {one.text}{todo}")

    async def _tell_lines(self, room: RoomConnection) -> None:
        for bot in self._plain.lines:
            after = self._lines.after(bot)
            limit = 1 if after is None else _LINES_A_TURN
            found = await room.query(Lines("" if bot == ALL_BOTS else bot, after or 0, limit))
            if isinstance(found, LinesAnswer):
                for line in self._lines.take(bot, found, time.time()):
                    await self._out.say(line)
            elif isinstance(found, NotAnswered) and bot not in self._unknown:
                self._unknown.add(bot)
                await self._say(Urgency.WARNING, f"No lines of {bot}: {found.reason}.")

    async def _answer(self, room: RoomConnection) -> None:
        for typed in self._typed.take():
            if typed.lower() in QUIT:
                self._leaving.set()
                return
            if typed and room.latest is not None:
                room.present(_HERE)
                looks = Looks(self._now(room.latest), room.welcome, room.company, self._verbs)
                for line in answer(typed, looks):
                    await self._out.say(line)
        if self._typed.ended and self._typed.by_hand:
            self._leaving.set()

    @staticmethod
    def _now(view: View) -> View:
        """Return a view whose clock is ours: a quiet room sends none, and steps fall due all the same."""
        return msgspec.structs.replace(view, now=max(view.now, time.time()))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._leaving.wait()
        except TimeoutError:
            return
