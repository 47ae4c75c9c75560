"""Syslog as loggers, rsyslog and Python's SysLogHandler write it: who, when, how severe, and the text inside."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.enveloped import RECEIVED, in_blocks, records, shown, tiled
from warroom.core.record import Level
from warroom.logs.formats.format import Opened
from warroom.logs.formats.syslog import ENVELOPE, open_line


def opened(line: str) -> Opened:
    found = open_line(line, RECEIVED)
    assert found is not None
    return found


def local(*parts: int) -> float:
    return dt.datetime(*parts).timestamp()  # type: ignore[arg-type]  # year to second


BSD = "Nov 22 21:07:47 host bot[12]: "
ISO = "2026-11-22T21:07:47.123456+00:00 host "
TRACE = ["ERROR:b:x", "Traceback (most recent call last):", '  File "a"', "KeyError: 1"]


def test_free_text_in_syslog_is_a_whole_record() -> None:
    (record,) = records("Nov 10 06:55:46 LabSZ sshd[24200]: Failed password for root")
    assert (record.format, record.message, record.logger) == ("syslog", "Failed password for root", "sshd")
    assert (record.time, record.time_source) == (local(2026, 11, 10, 6, 55, 46), "assumed_zone")
    assert record.attrs == {"host": "LabSZ", "pid": "24200"}


def test_a_date_that_would_lie_ahead_is_of_the_year_before() -> None:
    assert opened("Dec 10 06:55:46 h sshd[1]: x").time == local(2025, 12, 10, 6, 55, 46)
    assert opened("Nov  2 06:55:46 h sshd[1]: x").time == local(2026, 11, 2, 6, 55, 46)


def test_a_known_format_inside_is_read_and_knows_better() -> None:
    (record,) = records(f"<27>{BSD}WARNING:bot.chat:refused user=u7")
    assert (record.format, record.level, record.logger, record.user) == ("syslog+basic", "WARNING", "bot.chat", "u7")
    (plain,) = records(f"<27>{BSD}refused")
    assert (plain.format, plain.level, plain.logger) == ("syslog", "ERROR", "bot")


def test_rfc_5424_tells_everything() -> None:
    line = r'<165>1 2026-11-22T21:07:47.003Z host bot 123 ID47 [m@32473 bot="s1" user="u7"][x q="a \"b\" \] \\ c\d"] no'
    (record,) = records(line)
    assert (record.format, record.message, record.level, record.logger) == ("syslog", "no", "INFO", "bot")
    assert (record.time, record.time_source, record.user) == (1795381667.003, "line", "u7")
    assert record.attrs == {"host": "host", "pid": "123", "msgid": "ID47", "bot": "s1", "q": 'a "b" ] \\ c\\d'}


@pytest.mark.parametrize(
    ("line", "text", "logger"),
    [
        ("<34>1 2026-11-22T21:07:47Z host bot - - - \ufeffnaïve", "naïve", "bot"),
        ("<34>1 - - - - - -", "", None),
        ("<34>1 - - - - - - ", "", None),
        ("<34>1 - - - - - - text", "text", None),
        ("<27>1 2026-11-23T08:31:35.273346+00:00 vm bot 123 - -  INFO:bot.chat:ok", "INFO:bot.chat:ok", "bot"),
        ("<27>1 2026-11-23T08:31:35.273346+00:00 vm bot 123 - -   indented", "  indented", "bot"),
    ],
)
def test_rfc_5424_may_leave_out_most(line: str, text: str, logger: str | None) -> None:
    found = opened(line)
    assert (found.text, found.logger) == (text, logger)


@pytest.mark.parametrize(
    ("priority", "level"),
    [
        (0, Level.CRITICAL),
        (10, Level.CRITICAL),
        (27, Level.ERROR),
        (12, Level.WARNING),
        (13, Level.INFO),
        (14, Level.INFO),
        (191, Level.DEBUG),
    ],
)
def test_the_severity_is_the_level(priority: int, level: Level) -> None:
    assert opened(f"<{priority}>{BSD}x").level == level
    assert opened(f"<{priority}>1 - - - - - - x").level == level


@pytest.mark.parametrize(
    ("rest", "text", "logger", "attrs"),
    [
        ("bot[123]: INFO:bot.chat:ok", "INFO:bot.chat:ok", "bot", {"host": "host", "pid": "123"}),
        ("kernel: eth0 up", "eth0 up", "kernel", {"host": "host"}),
        ("bot.py/worker-1:   indented", "  indented", "bot.py/worker-1", {"host": "host"}),
        ("WARNING:bot.chat:no ident", "WARNING:bot.chat:no ident", None, {"host": "host"}),
        ('{"message": "x"}', '{"message": "x"}', None, {"host": "host"}),
        ("sshd(pam_unix)[7]: closed", "closed", "sshd(pam_unix)", {"host": "host", "pid": "7"}),
        ("launchd[1] (com.apple.x): exited", "exited", "launchd", {"host": "host", "pid": "1"}),
        ("bot: a#011b#012c#033[0m #0120 #000", "a\tb\nc\x1b[0m #0120 ", "bot", {"host": "host"}),
    ],
)
@pytest.mark.parametrize("head", ["Nov 22 21:07:47 host ", "<13>Nov 22 21:07:47 host ", ISO, f"<13>{ISO}"])
def test_tags_are_found_after_either_time(
    head: str, rest: str, text: str, logger: str | None, attrs: dict[str, str]
) -> None:
    found = opened(head + rest)
    assert (found.text, found.logger, found.attrs) == (text, logger, attrs)


@pytest.mark.parametrize(
    ("line", "text", "logger", "host"),
    [
        ("Jun 20 03:40:59 combo  -- root[2421]: LOGIN ON tty2", "LOGIN ON tty2", "root", "combo"),
        ("Jul 17 14:41:57 combo syslogd 1.4.1: restart.", "restart.", "syslogd 1.4.1", "combo"),
        ("Nov 23 08:31:35 bot: no host", "no host", "bot", None),
        ("Nov 23 08:31:35 fe80::1 bot: x", "x", "bot", "fe80::1"),
        ("2026-11-22T21:07:47.123456+00:00 app[web.1]: x", "x", "app", None),
    ],
)
def test_hosts_and_tags_of_other_programs(line: str, text: str, logger: str, host: str | None) -> None:
    found = opened(line)
    assert (found.text, found.logger, found.attrs.get("host")) == (text, logger, host)


def test_a_level_as_the_tag_is_the_level() -> None:
    found = opened("Nov 23 08:31:35 vm WARNING: refused")
    assert (found.text, found.logger, found.level) == ("refused", None, "WARNING")


def test_the_time_of_rsyslogs_files_has_its_zone() -> None:
    assert (opened(f"{ISO}bot[1]: x").time, opened(f"{ISO}bot[1]: x").time_source) == (1795381667.123456, "line")


def test_a_traceback_over_many_lines_is_one_record() -> None:
    first, second = records(*(BSD + text for text in [*TRACE, "INFO:b:y"]))
    assert (first.message.splitlines()[1:], second.message) == (TRACE[1:], "y")


def test_a_traceback_that_rsyslog_put_on_one_line_has_its_lines_again() -> None:
    (record,) = records(BSD + "#012".join(TRACE))
    assert (record.format, record.level, record.message) == ("syslog+basic", "ERROR", "\n".join(["x", *TRACE[1:]]))


def test_another_program_continues_no_traceback() -> None:
    found = records(BSD + TRACE[0], BSD + TRACE[1], "Nov 22 21:07:47 host cron[7]:   indented", BSD + "INFO:b:y")
    assert [record.message for record in found] == [f"x\n{TRACE[1]}", "  indented", "y"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "<",
        "<27>",
        "<192>Nov 22 21:07:47 host bot: x",
        "<27>Nov 22 21:07:47",
        "<27>1 yesterday",
        '<27>1 - - - - - [open="x',
        "Nov 22 21:07:47 ERROR bot: text",
        "Nov 22 21:07:47 [info] text",
        "Xyz 22 21:07:47 host bot: text",
        "Nov 99 21:07:47 host bot: text",
        "2026-11-22T21:07:47+0000 WARNING [bot.chat] refused",
        "2026-11-22T21:07:47.123+00:00 ERROR bot.chat: refused",
        "2026-11-22T21:07:47Z bot.chat refused: x",
        "2026-11-22T21:07:47Z bot: x",
        "2026-11-22T21:07:47.123456+00:00 bot.chat refused",
        "2026-99-22T21:07:47.123456+00:00 host bot[1]: refused",
        "2026-11-22 21:07:47,442 - bot.chat - WARNING - refused: x",
        "INFO:b:x",
    ],
)
def test_what_is_no_syslog_is_left(line: str) -> None:
    assert open_line(line, RECEIVED) is None


HEADS = ["", BSD, ISO, "Nov 22 21:07:47 ", "<13>", "<13>1 ", "<13>1 - - - - - [", f"<13>{BSD}", f"{ISO}bot[1]: "]


@given(st.sampled_from(HEADS), st.text())
def test_any_text_is_opened_or_left(head: str, text: str) -> None:
    open_line(head + text, RECEIVED)


@given(st.text())
def test_what_stands_behind_a_tag_is_kept(text: str) -> None:
    assert opened(f"{BSD}{text}").text == text or "#0" in text


LINES = [
    *(BSD + text for text in [*TRACE, "INFO:b:y", "free text", "a#012b", "{", '  "message": "x"', "}", ""]),
    "Nov 22 21:07:47 host cron[7]:   indented",
    f"{ISO}bot[1]: ERROR:b:x",
    "<11>1 - - - - - - text",
    "no envelope",
]


@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(0, 12))
def test_it_does_not_matter_how_the_lines_are_cut_into_blocks(lines: list[str], cut: int) -> None:
    whole = records(*lines)
    assert shown(in_blocks(lines, cut)) == shown(whole)
    assert tiled(whole, lines)


def test_its_samples_are_its_own() -> None:
    assert all(open_line(sample, RECEIVED) for sample in ENVELOPE.samples)
