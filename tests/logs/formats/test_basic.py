"""The default shape of Python's logging, with what `key=value` pairs in it say."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.core.record import Level
from warroom.logs.formats.basic import FORMAT


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
def test_what_logging_writes_by_default_is_read_back(level: int) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
    logger = logging.Logger("bot.chat")
    logger.addHandler(handler)
    logger.log(level, "Event logged: Bot started successfully.")
    parsed = read(FORMAT, out.getvalue().rstrip("\n"))
    assert (parsed.logger, parsed.message) == ("bot.chat", "Event logged: Bot started successfully.")
    assert parsed.level == Level(logging.getLevelName(level))
    assert parsed.time is None


@pytest.mark.parametrize("line", ["", "INFO", "INFO:", "INFO:x", "info:a:b", "NOTICE:a:b", " INFO:a:b", "INFO::b"])
def test_what_only_looks_like_it_is_not_taken(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=300))
def test_any_text_is_read_or_left(text: str) -> None:
    assert read(FORMAT, f"INFO:bot:{text}").message == text
