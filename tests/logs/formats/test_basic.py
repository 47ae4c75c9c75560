"""The default shape of Python's logging, with what `key=value` pairs in it say."""

from __future__ import annotations

import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Level
from warroom.logs.formats.basic import pairs, parse


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL])
def test_what_logging_writes_by_default_is_read_back(level: int) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
    logger = logging.Logger("bot.chat")
    logger.addHandler(handler)
    logger.log(level, "Event logged: Bot started successfully.")
    parsed = parse(out.getvalue().rstrip("\n"))
    assert parsed is not None
    assert (parsed.logger, parsed.message) == ("bot.chat", "Event logged: Bot started successfully.")
    assert parsed.level == Level(logging.getLevelName(level))
    assert parsed.time is None


@pytest.mark.parametrize("line", ["", "INFO", "INFO:", "INFO:x", "info:a:b", "NOTICE:a:b", " INFO:a:b", "INFO::b"])
def test_what_only_looks_like_it_is_not_taken(line: str) -> None:
    assert parse(line) is None


def test_pairs_fill_the_fields_of_a_record() -> None:
    fields, attrs = pairs(
        'done user=u-1 status=200 latency_ms=3.5 tokens_out=9 tool="search docs" prompt="a \\"b\\" c" x=1'
    )
    assert fields == {"user": "u-1", "status": 200, "latency_ms": 3.5, "tokens_out": 9, "tool": "search docs"}
    assert attrs == {"prompt": 'a "b" c'}


def test_a_value_of_the_wrong_type_is_not_a_figure() -> None:
    fields, _ = pairs("status=ok tokens_in=-5 latency_ms=nan")
    assert fields == {}


@given(st.text(max_size=300))
def test_any_text_is_read_or_left(text: str) -> None:
    parsed = parse(f"INFO:bot:{text}")
    assert parsed is not None
    assert parsed.message == text
