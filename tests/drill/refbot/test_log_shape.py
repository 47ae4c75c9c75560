"""Both shapes of the bot's log are read back with every field."""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
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
CREATED = 1_795_000_000.25
PRINTED = st.characters(exclude_categories=["Cs"], exclude_characters="\x1b")
"""Colours are taken out of a log before it is read."""


def read_back(line: str) -> list[Record]:
    parser = LineParser("/x", "support", 0)
    return [*parser.feed(f"{line}\n".encode("utf-8", "surrogatepass"), 0, 5.0), *parser.flush()]


def written(shape: str, fields: dict[str, Any]) -> str:
    entry = logging.LogRecord("support", logging.WARNING, "f", 1, "chat refused", None, None)
    entry.created = CREATED
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


@given(st.lists(st.text(PRINTED, max_size=20), min_size=3, max_size=3))
def test_whatever_is_said_comes_back_from_json_as_it_was(texts: list[str]) -> None:
    user, prompt, reply = texts
    (record,) = read_back(written("json", {"user": user, "status": 200, "prompt": prompt, "reply": reply}))
    assert (record.user, record.attrs["prompt"], record.attrs["reply"]) == (user, prompt, reply)


@given(st.lists(st.text(PRINTED, max_size=20), min_size=3, max_size=3))
@example(["a=b", "\\", '\\" user=admin'])
def test_whatever_is_said_comes_back_from_plain_with_its_lines_as_one(texts: list[str]) -> None:
    user, prompt, reply = texts
    (record,) = read_back(written("plain", {"user": user, "status": 200, "prompt": prompt, "reply": reply}))
    seen = (record.user, record.attrs["prompt"], record.attrs["reply"])
    assert seen == tuple(text.replace("\n", " ").replace("\r", " ") for text in texts)
    assert (record.status, record.format) == (200, "basic")


def test_json_has_the_names_of_otel_and_its_time_in_utc() -> None:
    line = json.loads(written("json", {**FIELDS, "tool": "refund", "error": "disabled"}))
    moment = dt.datetime.fromisoformat(line.pop("ts"))
    assert (moment.utcoffset(), moment.timestamp()) == (dt.timedelta(0), CREATED)
    assert line == {
        "level": "WARNING",
        "logger": "support",
        "event.name": "chat.refused",
        "message": "chat refused",
        "gen_ai.agent.name": "support",
        "user.id": "u-1",
        "gen_ai.conversation.id": "s-1",
        "client.address": "127.0.0.1",
        "http.response.status_code": 200,
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 9,
        "duration_ms": 12.5,
        "gen_ai.tool.name": "refund",
        "error.type": "disabled",
        "prompt": FIELDS["prompt"],
    }


def test_a_json_line_carries_its_time_and_a_plain_line_has_none() -> None:
    (told,), (untold,) = (read_back(written(shape, FIELDS)) for shape in ("json", "plain"))
    assert (told.time, told.time_source) == (CREATED, "line")
    assert (untold.time, untold.time_source) == (None, "arrival")


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


def test_a_disk_that_is_full_is_told_and_stops_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    logger = file_logger(Path("/dev/full"), "json", "support")
    logger.info("lost", extra={"event": "e", "fields": {}})
    assert "No space left on device" in capfd.readouterr().err
    for handler in logger.handlers:
        handler.close()
