"""A console that was killed, hung up or left: whoever comes again is where they were, and what is copied arrives."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.stories.tmux import tmux
from tests.waiting import wait_until
from warroom.core.permalink import permalink_of
from warroom.core.whereabouts import Whereabouts, whereabouts_of

ROWS = 3000
JOINED = b"ERROR:root:tool call failed\n  File \x1b[2Jx.py\n    raise\tValueError\n"


def room_of(shell: Shell, *more: bytes) -> Path:
    """Start a room that watches one log, and wait until its last row is read."""
    log = shell.folder / "support.log"
    rows = [f"{'ERROR' if n % 10 == 0 else 'INFO'}:root:tool call {n:04d} of many\n".encode() for n in range(ROWS)]
    log.write_bytes(b"".join([*rows, *more, b"INFO:root:the end\n"]))
    shell.start_engine("prod", str(log))
    wait_until(
        lambda: "the end" in shell.run("lines", "--last", "1", "--room", "prod").stdout,
        what="the log read",
    )
    return log


def attach(shell: Shell, *words: str, size: tuple[int, int] = (120, 30)) -> Terminal:
    return Terminal([sys.executable, "-m", "warroom", *words, "attach", "prod"], size, shell.environment, shell.folder)


def cursor_row(screen: Terminal) -> str:
    """Return the row under the cursor, without its mark."""
    return next((row[1:] for row in screen.text().splitlines() if row.startswith("▸")), "")


def go_and_read(shell: Shell, screen: Terminal) -> str:
    """Go to a place in the stream that is worth coming back to; return the row under the cursor."""
    screen.see("Stream support")
    screen.press("5", "l", "l", "l")
    screen.see("(-2,70")
    screen.see(">=error")
    for _ in range(3):
        screen.press("\x1b[5~")
    screen.press("m", "k", "k", "w")
    screen.see("1 marked")
    screen.see("sha256 ")
    screen.until(lambda: is_kept(screen, shell.folder), "the place is kept as it is shown")
    return cursor_row(screen)


def is_kept(screen: Terminal, folder: Path) -> bool:
    """Say whether the newest file of where somebody was has all keys of `go_and_read` and the row under the cursor."""
    files = sorted((folder / "state" / "warroom" / "consoles").glob("*.json"), key=lambda file: file.stat().st_mtime)
    found = whereabouts_of(files[-1].read_bytes()) if files else None
    sight = found.sights.get("stream") if isinstance(found, Whereabouts) else None
    if sight is None or not sight.wrap or len(sight.marks) != 1 or not sight.line:
        return False
    link = permalink_of(sight.line)
    line = (folder / "support.log").read_bytes()[link.offset :].split(b"\n")[0].decode()
    return line.rpartition(":")[2] in cursor_row(screen)


def kept(shell: Shell) -> Path:
    """Return the one file of where somebody was; the next one may be in the making beside it."""
    [file] = (shell.folder / "state" / "warroom" / "consoles").glob("*.json")
    return file


@pytest.mark.parametrize("end", ["kill", "hangup", "line gone", "left"])
def test_whoever_attaches_again_is_where_they_were(shell: Shell, end: str) -> None:
    room_of(shell)
    with attach(shell) as screen:
        row = go_and_read(shell, screen)
        match end:
            case "kill":
                os.kill(screen.pid, signal.SIGKILL)
            case "hangup":
                os.kill(screen.pid, signal.SIGHUP)
            case "line gone":
                screen.hang_up()
            case _:
                screen.press("q", "q", "5", "k", "k", "q", "q")
                screen.see("Leave this console?")
                row = ""
                screen.press("enter")
        if end != "line gone":
            screen.ended()
    assert "tool call" in row or end == "left"
    with attach(shell) as screen:
        if end == "left":
            screen.see("1 Bots")
            screen.press("5")
        else:
            screen.see("back where you were: stream of support, 1 filter, paused at ")
        screen.see("PAUSED")
        screen.see(">=error")
        screen.see("1 marked")
        if row:
            screen.until(lambda: cursor_row(screen) == row, f"the cursor on {row!r}")
        screen.press("\x12")
        screen.see("fresh: no filters, no marks")
        screen.press("5")
        screen.see("Stream support · FOLLOW")
    assert kept(shell).stat().st_mode & 0o777 == 0o600


def test_another_person_behind_the_same_account_starts_fresh(shell: Shell) -> None:
    room_of(shell)
    with attach(shell, "--as", "ana") as screen:
        go_and_read(shell, screen)
        os.kill(screen.pid, signal.SIGKILL)
        screen.ended()
    with attach(shell, "--as", "ben") as screen:
        screen.see("Stream support")
        screen.quiet(0.5)
        assert "back where" not in screen.text()
        screen.press("5")
        screen.see("FOLLOW")
    with attach(shell, "--as", "ana") as screen:
        screen.see("back where you were")


@pytest.mark.parametrize("content", [b"\xff\x00", b'{"version": 99}', b""])
def test_a_file_that_makes_no_sense_is_said_and_replaced(shell: Shell, content: bytes) -> None:
    room_of(shell)
    with attach(shell) as screen:
        go_and_read(shell, screen)
        os.kill(screen.pid, signal.SIGKILL)
        screen.ended()
    kept(shell).write_bytes(content)
    with attach(shell, size=(200, 30)) as screen:
        screen.see("where you were is not known")
        screen.see("FOLLOW")
        screen.press("3")
        screen.until(lambda: b'"alarms"' in kept(shell).read_bytes(), "it is written anew")


def test_a_log_that_is_gone_meanwhile_is_an_honest_row_and_never_live(shell: Shell) -> None:
    log = room_of(shell)
    with attach(shell) as screen:
        go_and_read(shell, screen)
        os.kill(screen.pid, signal.SIGKILL)
        screen.ended()
    log.unlink()
    log.write_bytes(b"INFO:root:another file\n" * 3)
    wait_until(lambda: "another" in shell.run("lines", "--last", "1", "--room", "prod").stdout, what="it is read")
    with attach(shell) as screen:
        screen.see("paused at ")
        screen.see("PAUSED")
        screen.see("generation 0 of this log is gone")


def test_what_is_copied_arrives_in_tmux_whole_and_harmless(shell: Shell) -> None:
    long = b"INFO:root:" + b"0123456789" * 900 + b"\n"
    log = room_of(shell, JOINED, long)
    command = shlex.join([sys.executable, "-m", "warroom", "attach", "prod"])
    with tmux(shell.folder, shell.environment, command) as pane:
        pane.see("Stream support")
        pane.press("5")
        pane.see("since ")
        pane.see("the end")
        pane.press("k")
        pane.see("sha256 ")
        pane.press("c")
        pane.see("to the clipboard: 1 line, 9,010 bytes · tmux needs set-clipboard on")
        wait_until(lambda: pane.run("show-buffer") == long.decode().strip(), what="the whole line in tmux")
        pane.press("m", "k")
        pane.press("c")
        pane.see("to the clipboard: 3 lines, ")
        pane.see("1 control character made visible")
        text = JOINED.decode().replace("\x1b", "␛").removesuffix("\n")
        wait_until(
            lambda: pane.run("show-buffer") == text, what=f"the joined lines in tmux: {pane.run('show-buffer')!r}"
        )
        pane.press("m", "y")
        pane.see("2 marked lines")
        wait_until(
            lambda: pane.run("show-buffer") == f"{text}\n{long.decode().strip()}", what="the marked lines in tmux"
        )
        pane.press("Y")
        pane.see("in /")
        pane.press("0")
        pane.see("--raw --room prod")
        told = re.sub(r"\s", "", pane.text)
    [file] = (shell.folder / "state" / "warroom" / "copies").iterdir()
    assert file.read_text() == text + "\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"warroomlines'{log}#g0@" in told
    link = json.loads(shell.run("search", "tool call failed", "--json", "--room", "prod").stdout)["permalink"]
    done = shell.run("lines", link, "--raw", "--room", "prod")
    assert hashlib.sha256(done.stdout.encode()).digest() == hashlib.sha256(JOINED).digest()


def test_what_is_too_long_for_a_clipboard_is_a_file(shell: Shell) -> None:
    long = b"INFO:root:" + b"0123456789" * 9000 + b"\n"
    room_of(shell, long)
    with attach(shell, size=(200, 30)) as screen:
        screen.see("Stream support")
        screen.press("5")
        screen.see("since ")
        screen.see("the end")
        screen.press("k")
        screen.see("sha256 ")
        screen.press("c")
        screen.see("(too long for the clipboard): 1 line, 90,010 bytes")
        assert b"\x1b]52" not in screen.written
    [file] = (shell.folder / "state" / "warroom" / "copies").iterdir()
    assert file.read_bytes() == long
