"""Lines that begin with a date, as logging and gunicorn write them."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.logs.formats.asctime import FORMAT


@pytest.mark.parametrize(
    "pattern",
    [
        "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
        "%(asctime)s - %(levelname)s - %(name)s - %(message)s",
        "%(asctime)s %(levelname)s [%(name)s] %(message)s",
        "%(asctime)s [%(levelname)s] %(name)s: %(message)s",
        "%(asctime)s %(levelname)s %(name)s: %(message)s",
        "[%(asctime)s] [%(process)d] [%(levelname)s] %(name)s: %(message)s",
        "%(asctime)s %(levelname)-8s [%(name)s] %(message)s",
    ],
)
def test_what_logging_writes_with_a_usual_pattern_is_read_back(pattern: str) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter(pattern))
    logger = logging.Logger("bot.chat")
    logger.addHandler(handler)
    logger.warning("refused user=u-7")
    record = read(FORMAT, out.getvalue().rstrip("\n"))
    assert (record.level, record.logger, record.message, record.user) == (
        "WARNING",
        "bot.chat",
        "refused user=u-7",
        "u-7",
    )
    assert record.time_source == "assumed_zone"


def test_a_zone_is_taken_as_written() -> None:
    record = read(FORMAT, "2026-11-22T21:07:47+0000 WARNING [bot.chat] refused")
    assert (record.time, record.time_source) == (1795381667.0, "line")


def test_a_line_without_a_logger_is_read() -> None:
    record = read(FORMAT, "[2026-11-22 21:07:48 +0000] [1185] [INFO] Booting worker with pid: 1209")
    assert (record.level, record.logger, record.message) == ("INFO", None, "Booting worker with pid: 1209")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2026-11-22",
        "2026-11-22 21:07:47,442 - bot - loud - x",
        "2026-13-22 21:07:47,442 - bot - INFO - x",
        "2026-11-22 21:07:47 host app[12]: text",
        "[INFO] x",
    ],
)
def test_what_only_looks_like_it_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=200))
def test_any_message_is_kept(message: str) -> None:
    assert read(FORMAT, f"2026-11-22 21:07:47,442 - bot - INFO - {message}").message == message
