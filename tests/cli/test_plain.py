"""`--plain`: a room line by line, through pipes, at dumb terminals, until somebody leaves or the engine does."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import IO

import msgspec
import pytest

from tests.cli.conftest import Here
from tests.core.test_room_words import welcome
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.tui.example import NOW, example_view
from tests.waiting import wait_until
from warroom.cli.main import build_parser
from warroom.client.connection import RoomConnection
from warroom.core import room_words
from warroom.core.commands import Ack, AddNote
from warroom.core.company import Company
from warroom.core.model import ActionState
from warroom.core.next_verbs import NextVerbs
from warroom.core.plain_answers import WORDS, Looks, answer

ATTACH = [sys.executable, "-m", "warroom", "attach"]
_SENTENCE = re.compile(r"\d\d:\d\d:\d\dZ (URGENT|WARNING|INFO|LINE) .+")
_COMMAND = re.compile(r"warroom [a-z-]+[^;,]*?--room \S+(?: --expires 1h)?")


class Told:
    """A transcript into a pipe."""

    def __init__(self, shell: Shell, *words: str, stdin: int | IO[bytes] = subprocess.DEVNULL, **more: str) -> None:
        environment = {**shell.environment, "LANG": "C.UTF-8", **more}
        environment.pop("LC_ALL", None)
        self.process = subprocess.Popen(
            [*ATTACH, *words, "--plain"], env=environment, cwd=shell.folder, stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text, self._half = "", b""

    def read(self) -> str:
        """Return all whole lines that were told so far."""
        assert self.process.stdout is not None
        whole, end, self._half = (self._half + (self.process.stdout.read() or b"")).rpartition(b"\n")
        self.text += (whole + end).decode()
        return self.text

    def hear(self, words: str) -> str:
        """Wait for words and return the line that has them."""
        try:
            wait_until(lambda: words in self.read(), timeout_s=60)
        except AssertionError:
            raise AssertionError(f"waited for {words!r} in\n{self.text}") from None
        return next(line for line in self.text.splitlines() if words in line)

    def ended(self) -> int:
        """Wait for the end; return its exit code."""
        wait_until(lambda: self.read() is not None and self.process.poll() is not None, timeout_s=60)
        self.read()
        return int(self.process.returncode)

    def close(self) -> None:
        """End what is left."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def room(shell: Shell) -> Shell:
    (shell.folder / "bot.log").write_text("INFO:root:started\n")
    shell.start_engine("r", "--bot", "support=bot.log")
    return shell


Tell = Callable[..., Told]


@pytest.fixture
def tell() -> Iterator[Tell]:
    """Begins transcripts, and ends those that are left."""
    begun: list[Told] = []

    def begin(shell: Shell, *words: str, stdin: int | IO[bytes] = subprocess.DEVNULL, **more: str) -> Told:
        begun.append(Told(shell, *words, stdin=stdin, **more))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


@pytest.fixture
def told(room: Shell, tell: Tell) -> Told:
    transcript = tell(room, "r")
    transcript.hear("Nothing is late or due soon.")
    return transcript


def test_a_pipe_gets_a_summary_and_then_each_act_in_a_sentence_with_its_next_verb(room: Shell, told: Told) -> None:
    assert told.text.startswith("Room r, LIVE.")
    assert "Type help" not in told.text, "nobody can type here"
    before = len(told.text.splitlines())
    opened = room.run("incident", "open", "--bot", "support", "--title", "It leaks", "--playbook", "prompt-injection")
    assert opened.returncode == 0, opened.stderr
    line = told.hear("incident INC-001 opened")
    assert " URGENT " in line
    assert line.endswith("--room r")
    assert room.run("incident", "note", "INC-001", "legal \x1b[2Jinformed").returncode == 0
    assert "INC-001: mallory: note: legal" in told.hear("legal").replace("root", "mallory")
    wait_until(
        lambda: room.json("status", "r", "--json")["sources"][0]["lines"] == 1,
        what="the line that will be cut off",
    )
    with (room.folder / "bot.log").open("w") as log:
        log.write("x\n")
    assert " WARNING " in told.hear("not read")
    lines = told.text.splitlines()[before:]
    assert all(_SENTENCE.fullmatch(line) for line in lines), lines
    assert "\x1b" not in told.text
    assert "\r" not in told.text


def test_every_command_line_that_is_told_is_one_that_warroom_takes() -> None:
    """The next verbs of every state of the example's things, and of everything that can be typed."""
    view = example_view()
    actions = [msgspec.structs.replace(view.actions[1], state=state, expires=NOW + 60) for state in ActionState]
    views = [msgspec.structs.replace(view, now=NOW + 9000, actions=[one]) for one in actions]
    texts = [room_words.summary(one, welcome(one), Company(), NextVerbs("acme")) for one in views]
    texts.append([NextVerbs("acme").of_action(one, view) for one in actions])
    looks = Looks(views[0], welcome(view), Company(), NextVerbs("acme"))
    texts += [answer(word.name, looks) for word in WORDS if word.name != "help"]
    commands = set(_COMMAND.findall("\n".join("\n".join(one) for one in texts)))
    assert len(commands) >= 8
    for command in commands:
        words = shlex.split(command)[1:]
        words = [word.replace("AUDIENCE", "security") for word in words]
        build_parser(words[0]).parse_args(words)


def test_a_signal_ends_it_and_leaves_the_engine_at_work(busy: Shell, tell: Tell) -> None:
    for name, code in ((signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)):
        told = tell(busy, "busy")
        told.hear("Here: ")
        told.process.send_signal(name)
        assert told.ended() == code
        assert told.process.stderr is not None
        assert told.process.stderr.read() == b""
    assert busy.run("status", "busy").returncode == 0


def test_an_engine_that_goes_and_comes_back_is_said_and_the_record_goes_on(room: Shell, told: Told) -> None:
    room.end()
    line = told.hear("ENGINE GONE")
    assert " URGENT " in line
    assert "warroom watch --plain --room r" in line
    room.start_engine("r")
    assert told.hear("The engine is back")
    told.hear("had not stopped in order")
    assert room.run("incident", "open", "--bot", "support", "--title", "After").returncode == 0
    told.hear("opened as")
    assert told.process.poll() is None


def test_an_engine_that_is_gone_for_good_is_3(room: Shell, tell: Tell) -> None:
    told = tell(room, "r", "--wait", "0.2")
    told.hear("Nothing is late")
    assert room.run("stop", "r").returncode == 0
    assert told.ended() == 3
    assert "engine stopped" in told.text
    assert told.text.splitlines()[-1].partition("Z ")[2].startswith("URGENT The engine did not come back.")


def test_typed_words_are_answered_and_quit_leaves_with_0(room: Shell, tell: Tell) -> None:
    ours, theirs = os.pipe()
    told = tell(room, "r", stdin=ours)
    os.write(theirs, b"bots\nfly\n")
    told.hear("Bot support:")
    told.hear("There is no word 'fly' here.")
    os.write(theirs, b"q\n")
    assert told.ended() == 0
    os.close(ours)
    os.close(theirs)


def test_the_end_of_a_pipe_is_no_wish_to_leave(room: Shell, tell: Tell) -> None:
    commands = room.folder / "commands"
    commands.write_text("who\n")
    with commands.open("rb") as stdin:
        told = tell(room, "r", stdin=stdin)
    told.hear("Type help")
    assert told.text.count("Here: ") == 1 or told.hear("Here: ")
    assert room.run("incident", "open", "--bot", "support", "--title", "Later").returncode == 0
    told.hear("INC-001 opened")


def test_log_lines_are_told_when_asked_for_and_what_is_too_much_is_counted(room: Shell, tell: Tell) -> None:
    told = tell(room, "r", "--lines", "support", "--rate", "3")
    told.hear("Nothing is late")
    with (room.folder / "bot.log").open("a") as log:
        wait_until(lambda: _fed(log, told, "INFO"), what="a line")
        log.write("".join(f"ERROR:root:line {n}\n" for n in range(200)))
        log.flush()
        told.hear("left out, too many at once")
        # What stood before these may have used up the room for all of them.
        wait_until(lambda: _fed(log, told, "ERROR"), what="one of the latest lines")
    assert "warroom lines support --room r" in told.text


def _fed(log: IO[str], told: Told, level: str) -> bool:
    log.write(f"{level}:root:one more\n")
    log.flush()
    return f" LINE support {level}" in told.read()


def test_a_bot_that_is_not_there_is_said_once(room: Shell, tell: Tell) -> None:
    told = tell(room, "r", "--lines", "nobody")
    told.hear("No lines of nobody")
    assert room.run("incident", "open", "--bot", "support", "--title", "t").returncode == 0
    told.hear("INC-001 opened")
    assert told.text.count("No lines of nobody") == 1


def test_a_locale_without_utf8_gets_ascii(room: Shell, tell: Tell) -> None:
    assert room.run("incident", "open", "--bot", "support", "--title", "J\u00fcrgen \u6f22").returncode == 0
    for language, shown in (("C", "Jurgen <U+6F22>"), ("C.UTF-8", "J\u00fcrgen \u6f22")):
        told = tell(room, "r", LANG=language)
        told.hear(shown)
        told = tell(room, "r", "--ascii")
    told.hear("Jurgen <U+6F22>")


def test_a_reader_that_stops_reading_stops_nothing_and_hears_the_rest_later(room: Shell, tell: Tell) -> None:
    told = tell(room, "r", "--rate", "100")
    told.hear("Nothing is late")
    assert room.run("incident", "open", "--bot", "support", "--title", "t").returncode == 0
    asyncio.run(_write_notes(room, 120))
    told.process.send_signal(signal.SIGTERM)
    assert told.process.wait(timeout=60) == 0, "the full pipe does not hold it"


def test_a_slow_reader_hears_the_last_words_of_the_engine_too(room: Shell, tell: Tell) -> None:
    told = tell(room, "r", "--rate", "100", "--wait", "0.2")
    told.hear("Nothing is late")
    assert room.run("incident", "open", "--bot", "support", "--title", "t").returncode == 0
    asyncio.run(_write_notes(room, 120))
    # By now the pipe is full, and the line ends while somebody is waited for who does not read.
    assert room.run("stop", "r").returncode == 0
    assert told.ended() == 3
    assert "engine stopped" in told.text


async def _write_notes(room: Shell, count: int) -> None:
    async with RoomConnection(room.paths("r").socket, client="cli") as line:
        for number in range(count):
            assert isinstance(await line.submit(AddNote("INC-001", f"{number} {'n' * 1500}")), Ack)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_dumb_terminal_gets_lines_alone_and_end_of_input_leaves(busy: Shell, term: str) -> None:
    environment = {**busy.environment, "TERM": term}
    with Terminal([*ATTACH, "busy", "--plain"], (100, 30), environment, busy.folder) as screen:
        screen.see("Type help and Enter")
        screen.press("h", "enter")
        screen.see("quit, or q: leave")
        screen.press("\x04")
        assert screen.ended() == 0
        assert b"\x1b" not in screen.written


def test_the_refusal_of_a_screen_names_plain(in_busy: Here) -> None:
    code, _, err = in_busy("attach", "busy")
    assert code == 2
    assert "--plain" in err


def test_a_room_that_is_not_there_is_3(here: Here) -> None:
    code, out, err = here("attach", "nowhere", "--plain")
    assert (code, out) == (3, "")
    assert "there is no room nowhere" in err


def test_watch_starts_an_engine_and_follows_what_is_piped_in_without_any_terminal(shell: Shell) -> None:
    words = (
        f"(echo INFO:root:one; exec sleep 60) | exec {sys.executable} -m warroom watch --bot support=- --room p --plain"
    )
    watch = subprocess.Popen(
        ["bash", "-c", words], env=shell.environment, cwd=shell.folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert watch.stdout is not None
        head = [watch.stdout.readline() for _ in range(3)]
        assert head[0].startswith("Room p, LIVE.")
        assert head[2].startswith("Bot support:")
    finally:
        os.killpg(watch.pid, signal.SIGKILL)
        watch.communicate()
        assert shell.run("stop", "p", "--force").returncode == 0
