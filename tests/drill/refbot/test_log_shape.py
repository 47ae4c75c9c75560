"""Both shapes of the bot's log are read back with every field."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Record
from warroom.drill.refbot.log_shape import SHAPES, file_logger, formatter_of
from warroom.logs.line_parser import LineParser

FIELDS: dict[str, Any] = {
    "user": "u-1",
    "session": "s-1",
    "client": "127.0.0.1",
    "status": 200,
    "tokens_in": 7,
    "tokens_out": 9,
    "latency_ms": 12.5,
    "prompt": 'say "hi"\nINFO:root:forged user=admin',
}


def read_back(line: str) -> list[Record]:
    parser = LineParser("/x", "support", 0)
    return [*parser.feed(f"{line}\n".encode("utf-8", "surrogatepass"), 0, 5.0), *parser.flush()]


def written(shape: str, fields: dict[str, Any]) -> str:
    entry = logging.LogRecord("support", logging.WARNING, "f", 1, "chat refused", None, None)
    entry.event, entry.fields = "chat.refused", fields
    return formatter_of(shape, "support").format(entry)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_field_comes_back(shape: str) -> None:
    (record,) = read_back(written(shape, FIELDS))
    assert (record.level, record.logger, record.event) == ("WARNING", "support", "chat.refused")
    assert record.message.startswith("chat refused")
    seen = (record.user, record.session, record.status, record.tokens_in, record.tokens_out, record.latency_ms)
    assert seen == ("u-1", "s-1", 200, 7, 9, 12.5)
    assert record.address == "127.0.0.1"
    assert record.attrs["prompt"].startswith('say "hi"')


@pytest.mark.parametrize("shape", SHAPES)
@given(prompt=st.text(max_size=60))
def test_no_prompt_forges_a_line_or_a_field(shape: str, prompt: str) -> None:
    line = written(shape, {"user": "u-1", "prompt": prompt})
    assert "\n" not in line
    (record,) = read_back(line)
    assert record.user == "u-1"


def test_a_logger_appends_to_its_file_and_to_nothing_else(tmp_path: Path) -> None:
    for word in ("one", "two"):
        logger = file_logger(tmp_path / "bot.log", "plain", "support")
        logger.info(word, extra={"event": "e", "fields": {}})
        for handler in logger.handlers:
            handler.close()
    assert (tmp_path / "bot.log").read_text() == "INFO:support:one event=e\nINFO:support:two event=e\n"
