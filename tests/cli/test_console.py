"""Opening a console: refused in words where no screen can be drawn, and where the engine is gone."""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from warroom.adapters.paths import console_file
from warroom.cli.console import (
    Drawing,
    add_screen_options,
    open_console,
    require_terminal,
    run_console,
    settings_of,
    speaks_utf8,
)
from warroom.cli.exits import Failure
from warroom.core.settings_console import ConsoleSettings, Look, Zone

ASK = """
import sys
from warroom.adapters.paths import console_file
from warroom.cli.console import require_terminal
from warroom.cli.exits import Failure
from warroom.core.settings_console import ConsoleSettings, Look, Zone
try:
    require_terminal()
except Failure as failure:
    sys.exit(failure.code)
"""


@pytest.fixture
def tty() -> Iterator[int]:
    """The program's end of a pty."""
    ours, theirs = pty.openpty()
    yield theirs
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("piped", "term", "code"),
    [
        ("", "xterm-256color", 0),
        ("", "linux", 0),
        ("stdin", "xterm-256color", 2),
        ("stdout", "xterm-256color", 2),
        ("", "dumb", 2),
        ("", "", 2),
        ("", None, 2),
    ],
)
def test_a_screen_needs_both_ends_of_a_terminal_that_can_draw(
    shell: Shell, tty: int, piped: str, term: str | None, code: int
) -> None:
    environment = {name: value for name, value in shell.environment.items() if name != "TERM"}
    if term is not None:
        environment["TERM"] = term
    stdin, stdout = (subprocess.DEVNULL if piped == name else tty for name in ("stdin", "stdout"))
    words = [sys.executable, "-c", ASK]
    done = subprocess.run(words, env=environment, stdin=stdin, stdout=stdout, check=False, timeout=60)
    assert done.returncode == code


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_closed_stream_is_no_terminal_and_no_bug(shell: Shell, tty: int, closed: str) -> None:
    words = ["bash", "-c", f'"$0" -m warroom watch bot.log {closed}', sys.executable]
    done = subprocess.run(
        words,
        env=shell.environment,
        cwd=shell.folder,
        stdin=tty,
        stdout=tty,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 2), done.stderr
    assert done.stderr.startswith("warroom: this needs a terminal\n")


def test_without_a_terminal_the_advice_names_verbs_that_need_none(here: Here) -> None:
    with pytest.raises(Failure) as caught:
        require_terminal()
    assert caught.value.code == 2
    assert caught.value.what == "this needs a terminal"
    assert "--plain" in caught.value.next_step
    verbs = caught.value.next_step.partition("or: warroom ")[2].replace(",", " ").split()
    assert verbs
    for verb in verbs:
        assert here(verb, "--help")[0] == 0, verb


def test_a_room_without_an_engine_is_3_and_draws_nothing(here: Here, capsys: pytest.CaptureFixture[str]) -> None:
    paths = here.shell.paths("gone")
    paths.folder.mkdir(parents=True)
    paths.journal.touch()
    with pytest.raises(Failure) as caught:
        open_console(paths, read_only=False, drawing=Drawing())
    assert (caught.value.code, caught.value.what) == (3, "room gone has no engine")
    with pytest.raises(Failure) as caught:
        asyncio.run(
            run_console(here.shell.paths("nowhere"), read_only=True, drawing=Drawing(ConsoleSettings(ascii=True)))
        )
    assert (caught.value.code, caught.value.what) == (3, "there is no room nowhere")
    assert capsys.readouterr().out == ""


def test_ascii_is_ascii_and_the_terminal_is_given_back(busy: Shell) -> None:
    words = [sys.executable, "-m", "warroom", "attach", "busy", "--ascii"]
    with Terminal(words, (80, 24), busy.environment, busy.folder) as screen:
        screen.see("support")
        assert screen.text().isascii(), screen.text()
        screen.press("q")
        screen.see("engine goes on")
        screen.press("enter")
        assert screen.ended() == 0
        assert screen.written.count(b"\x1b[?1049h") == screen.written.count(b"\x1b[?1049l") == 1
        assert screen.written.rindex(b"\x1b[?25h") > screen.written.rindex(b"\x1b[?25l"), "the cursor is back"


@pytest.mark.parametrize(
    ("options", "budget"),
    [([], None), (["--slow"], 4000.0), (["--budget", "20000"], 20_000.0), (["--slow", "--budget", "0"], math.inf)],
)
def test_how_much_the_screen_may_send_is_said_by_hand(here: Here, options: list[str], budget: float | None) -> None:
    assert not console_file().exists(), here.shell.folder
    parser = argparse.ArgumentParser()
    add_screen_options(parser)
    assert settings_of(parser.parse_args(options)).budget_bps == budget


@pytest.mark.parametrize("text", ["1", "-5", "fast", "499", "\u0665\u0660\u0660\u0660"])
def test_a_budget_that_shows_nothing_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_screen_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--budget", text])
    assert "number of bytes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("environment", "told", "utf8"),
    [
        ({"LANG": "en_US.UTF-8"}, False, True),
        ({"LANG": "C.utf8"}, False, True),
        ({"LANG": "C"}, True, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, True, False),
        ({"LANG": "POSIX", "LC_CTYPE": "C.UTF-8"}, False, True),
        ({"LC_ALL": "", "LANG": "de_DE@euro"}, True, False),
        ({}, True, True),
        ({}, False, False),
    ],
)
def test_utf_8_is_what_the_locale_says_or_else_the_line(
    tty: int, environment: dict[str, str], told: bool, utf8: bool
) -> None:
    modes = termios.tcgetattr(tty)
    modes[0] = modes[0] | 0o40000 if told else modes[0] & ~0o40000
    termios.tcsetattr(tty, termios.TCSANOW, modes)
    assert speaks_utf8(environment, tty) is utf8


def test_the_locale_is_that_of_the_start_and_not_what_python_makes_of_it(shell: Shell) -> None:
    ask = "from warroom.cli.console import started_with; print(sorted(set(started_with()) & {'LANG', 'LC_CTYPE'}))"
    kept = {name: value for name, value in shell.environment.items() if not name.startswith(("LC_", "LANG"))}
    done = subprocess.run([sys.executable, "-c", ask], env=kept, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def own(here: Here, text: str) -> None:
    """Write the console settings of this account."""
    console_file().parent.mkdir(parents=True, exist_ok=True)
    console_file().write_text(text)
    assert console_file().is_relative_to(here.shell.folder)


def asked(*options: str) -> ConsoleSettings:
    parser = argparse.ArgumentParser()
    add_screen_options(parser)
    return settings_of(parser.parse_args(options))


def test_the_options_come_before_the_file_and_the_file_before_what_is_usual(here: Here) -> None:
    assert asked() == ConsoleSettings()
    own(here, 'theme = "light"\ntimes = "local"\nmouse = true\nbell = true\nbudget = 9000\n[keys]\nnote = "F5"\n')
    likes = asked()
    assert likes == ConsoleSettings(
        theme=Look.LIGHT, times=Zone.LOCAL, mouse=True, bell=True, budget=9000, keys={"note": ["F5"]}
    )
    given = asked("--theme", "safe", "--times", "utc", "--no-mouse", "--no-bell", "--title", "--ascii", "--slow")
    assert given == ConsoleSettings(
        theme=Look.SAFE, ascii=True, mouse=False, bell=False, title=True, budget=4000, keys={"note": ["F5"]}
    )


def test_wrong_console_settings_end_it_before_anything_is_drawn(busy: Shell) -> None:
    file = Path(busy.environment["XDG_CONFIG_HOME"], "warroom", "console.toml")
    file.parent.mkdir(parents=True)
    file.write_text('theme = "ligth"\n\n[keys]\ncontian = "c"\n')
    words = [sys.executable, "-m", "warroom", "attach", "busy"]
    try:
        with Terminal(words, (80, 24), busy.environment, busy.folder) as screen:
            screen.see("docs/console.md lists every setting")
            assert screen.ended() == 2
            # The path of a test's folder decides where the rows break.
            said = "".join(screen.text().split())
            assert "console.toml:1:theme:ligthisnotknown(didyoumeanlight?)" in said
            assert b"\x1b[?1049h" not in screen.written
    finally:
        file.unlink()


ATTACH = [sys.executable, "-m", "warroom", "attach", "busy"]


def test_what_is_taken_over_is_not_sent_again(busy: Shell) -> None:
    with Terminal(ATTACH, (120, 36), busy.environment, busy.folder) as screen:
        screen.see("FOLLOW")
        screen.see("Enter open")
        assert screen.written.count(b"\x1b[?1049h") == 1
        assert screen.written.count(b"\x1b[2J") == 1, "cleared once"
        assert screen.written.count(b"commands") == 1, "the footer was drawn once"


def test_keys_typed_at_the_first_sight_are_not_echoed_and_do_what_they_stand_for(busy: Shell) -> None:
    with Terminal(ATTACH, (120, 36), busy.environment, busy.folder) as screen:
        screen.see("SCORE TREND")
        screen.press("0")
        screen.see("Messages of the room")
        screen.press("1")
        screen.see("SCORE TREND")
        screen.press("q")
        screen.see("Leave this console?")
        screen.press("enter")
        assert screen.ended() == 0
        assert termios.tcgetattr(screen._fd)[3] & termios.ECHO, "the shell echoes again"


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_at_the_first_sight_gives_the_terminal_back(busy: Shell, name: signal.Signals) -> None:
    with Terminal(ATTACH, (120, 36), busy.environment, busy.folder) as screen:
        screen.until(lambda: b"SCORE" in screen.written, "the first sight")
        os.kill(screen.pid, name)
        assert screen.ended() in ((0, 130) if name is signal.SIGINT else (0,))
        assert screen.written.rindex(b"\x1b[?1049l") > screen.written.rindex(b"\x1b[?1049h")
        assert screen.written.rindex(b"\x1b[?25h") > screen.written.rindex(b"\x1b[?25l")
        assert b"Traceback" not in screen.written
        assert termios.tcgetattr(screen._fd)[3] & termios.ECHO
