"""Lines and hits on the command line: text and JSON, permalinks that prove or do not, exit codes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until


def room_of(shell: Shell, rows: list[str], last: str) -> Path:
    """Start a room that watches one log with these rows, and wait until the last of them is read."""
    log = shell.folder / "support.log"
    log.write_text("".join(f"{row}\n" for row in rows))
    shell.start_engine("logs", str(log))

    def read() -> bool:
        done = shell.run("lines", "--last", "1", "--json", "--room", "logs")
        return last in done.stdout

    wait_until(read, what="the log is read")
    return log


def test_lines_are_shown_filtered_searched_and_proved(shell: Shell, here: Here) -> None:
    rows = [f"{'ERROR' if n % 10 == 0 else 'INFO'}:root:tool call {n:04d} \x1b[31mred" for n in range(1500)]
    log = room_of(shell, rows, "tool call 1499")
    code, out, err = here("lines", "support", "--last", "1400", "--room", "logs")
    assert (code, err, len(out.splitlines())) == (0, "", 1400)
    assert "tool call 0100" in out
    assert "\x1b" not in out
    code, out, err = here("lines", "--level", "error", "--without", "0*90", "--last", "3", "--room", "logs")
    assert [row.split("call ")[1][:4] for row in out.splitlines()] == ["1470", "1480", "1490"]
    assert "hidden" in err
    assert here("search", "CALL 00*7", "--room", "logs", "--json")[:2] == (1, "")
    code, out, err = here("search", "call 00*7", "--bot", "support", "--hits", "2", "--json", "--room", "logs")
    first = json.loads(out.splitlines()[0])
    assert code == 0
    assert "0097" in first["message"]
    assert "2 hits" in err
    content = log.read_bytes()[first["offset"] : first["offset"] + first["length"]]
    digest = hashlib.sha256(content).hexdigest()
    code, out, err = here("lines", f"{first['permalink']}:{digest}", "--around", "2", "--room", "logs")
    assert code == 0, err
    assert [row.split("call ")[1][:4] for row in out.splitlines()] == ["0095", "0096", "0097", "0098", "0099"]
    assert "the same bytes" in err
    assert here("lines", f"{first['permalink']}:{'0' * 64}", "--room", "logs")[0] == 1
    assert here("lines", first["permalink"].replace("#g0", "#g7"), "--room", "logs")[0] == 3
    raw = [sys.executable, "-m", "warroom", "lines", first["permalink"], "--raw", "--room", "logs"]
    done = subprocess.run(raw, env=shell.environment, cwd=shell.folder, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, content, b"")
    wrong = subprocess.run([*raw[:4], f"{raw[4]}:{'0' * 64}", *raw[5:]], env=shell.environment, capture_output=True)
    assert (wrong.returncode, wrong.stdout) == (1, content)
    assert b"NOT the same bytes" in wrong.stderr
    with Terminal(raw, (80, 24), shell.environment, shell.folder) as screen:
        assert screen.ended() == 2
        assert "which would obey them" in screen.text()
        assert b"\x1b[31m" not in screen.written
    assert first["permalink"] in here("lines", "--last", "1500", "--links", "--room", "logs")[1]


def test_what_makes_no_sense_is_said(in_busy: Here) -> None:
    assert in_busy("search", "nowhere at all", "--room", "busy")[0] == 1
    assert in_busy("lines", "nobody", "--room", "busy")[0] == 3
    assert in_busy("lines", "x#g0@", "--room", "busy")[0] == 2
    assert in_busy("lines", "--level", "loud", "--room", "busy")[0] == 2
    assert in_busy("search", "***", "--room", "busy")[0] == 2
    assert in_busy("lines", "--raw", "--room", "busy")[0] == 2
    assert in_busy("lines", "/x#g0@0+9", "--raw", "--json", "--room", "busy")[0] == 2
    assert in_busy("lines", "--last", "0", "--room", "busy")[:2] == (0, "")
    assert in_busy("lines", "/etc/passwd#g0@0+9", "--room", "busy")[0] == 3
