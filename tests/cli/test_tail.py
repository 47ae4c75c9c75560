"""What the reader makes of real files, as `warroom tail` prints it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

HOSTILE = b"INFO:root:\x1b[2J\x1b]0;owned\x07 caf\xc3\xa9 \xff \xe2\x80\xae end\n"
RECORD_KEYS = (
    "source generation offset length line time time_source received format level logger bot event message user "
    "session address tool tokens_in tokens_out latency_ms status error attrs"
)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_record_has_the_promised_keys_and_its_exact_bytes(here: Here) -> None:
    first = b'{"time": "2026-11-22T21:07:47Z", "level": "info", "message": "hello"}\n'
    Path("support.jsonl").write_bytes(first + HOSTILE)
    code, out, err = here("tail", "support.jsonl", "--json", "--raw", "--no-follow")
    assert (code, err) == (0, "")
    told = rows(out)
    assert [set(row) for row in told] == [{*RECORD_KEYS.split(), "raw_b64"}] * 2
    assert [base64.b64decode(row["raw_b64"]) for row in told] == [first, HOSTILE]
    assert [(row["offset"], row["length"], row["line"]) for row in told] == [
        (0, len(first), 1),
        (len(first), len(HOSTILE), 2),
    ]
    assert {row["source"] for row in told} == {str(here.shell.folder / "support.jsonl")}
    assert (told[0]["bot"], told[0]["time"], told[0]["message"]) == ("support", "2026-11-22T21:07:47.000Z", "hello")
    assert (told[1]["time"], told[1]["time_source"]) == (None, "arrival")


def test_a_hostile_line_sends_no_escape_to_a_screen(here: Here) -> None:
    timed = b'{"time": "2026-11-22T21:07:47Z", "level": "error", "message": "it broke"}\n'
    Path("bot.log").write_bytes(HOSTILE)
    Path("other.log").write_bytes(timed)
    code, out, err = here("tail", "--bot", "named=bot.log", "--bot", "other=other.log", "--no-follow")
    assert (code, err) == (0, "")
    lines = sorted(out.splitlines(), key=lambda line: "other" in line)
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert "café" in lines[0]
    assert "named" in lines[0]
    assert lines[0].split()[0].endswith("~"), "the line carries no time"
    assert "~" not in lines[1]
    assert lines[1].split()[1:3] == ["other", "error"]


def test_a_glob_reads_each_match_and_one_without_a_match_is_no_error(here: Here) -> None:
    for name in ("a.log", "b.log"):
        Path(name).write_text(f"INFO:root:from {name}\n")
    code, out, err = here("tail", "*.log", "none-*.txt", "--json", "--no-follow")
    assert (code, err) == (0, "")
    assert sorted(row["message"] for row in rows(out)) == ["from a.log", "from b.log"]
    assert all("raw_b64" not in row for row in rows(out)), "the bytes are given to who asks"


def test_what_is_no_log_is_a_gap_and_not_a_bug(here: Here) -> None:
    Path("folder.log").mkdir()
    code, out, _ = here("tail", "folder.log", "--json", "--raw", "--no-follow")
    assert code == 0
    assert [row["gap"]["kind"] for row in rows(out)] == ["not_a_log"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nope\x1b]0;x.log", "--no-follow"], "nope"),
        (["--bot", "support=nope.log", "--no-follow"], "nope.log"),
        (["--no-follow"], "no log is named"),
        ([], "no log is named"),
        (["bot.log", "--from", "middle"], "middle"),
        (["--bot", "support"], "NAME=GLOB"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_are_2_and_print_no_data(here: Here, words: list[str], told: str) -> None:
    code, out, err = here("tail", *words)
    assert (code, out) == (2, "")
    assert told in err
    assert "\x1b" not in err


def test_a_log_is_followed_through_its_rotation_though_its_bytes_are_gone(shell: Shell) -> None:
    log, out = shell.folder / "bot.log", shell.folder / "out"
    log.write_text("INFO:root:before\n")
    words = [sys.executable, "-m", "warroom", "tail", "bot.log", "--json", "--raw"]

    def messages() -> list[str]:
        # The last line may be in the making.
        return [row["message"] for row in rows(out.read_text().rpartition("\n")[0]) if "gap" not in row]

    with out.open("wb") as data, log.open("ab") as writer:
        running = subprocess.Popen(
            words, env=shell.environment, cwd=shell.folder, stdout=data, stderr=subprocess.PIPE, text=True
        )
        try:
            wait_until(lambda: messages() == ["before"], what="the first line")
            log.rename(shell.folder / "bot.log.1")
            writer.write(b"INFO:root:after\n")
            writer.flush()
            wait_until(lambda: running.poll() is not None or messages() == ["before", "after"], what="the late line")
        finally:
            running.kill()
            complaint = running.communicate()[1]
    assert messages() == ["before", "after"], complaint
    assert ["raw_b64" in row for row in rows(out.read_text()) if "gap" not in row] == [True, False]


def test_a_terminal_gets_colours_and_no_color_is_respected(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("ERROR:root:bad\nINFO:root:good\n")
    words = [sys.executable, "-m", "warroom", "tail", "bot.log", "--no-follow"]
    for more, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        with Terminal(words, (80, 24), {**shell.environment, **more}, shell.folder) as screen:
            screen.see("good")
            assert screen.ended() == 0
            assert (b"\x1b[31merror" in screen.written) is coloured
