"""The docker envelope gives plain lines their time."""

from __future__ import annotations

import pytest

from warroom.logs.formats.docker import parse


def test_a_plain_line_gets_the_time_of_its_envelope() -> None:
    parsed = parse('{"log":"INFO:bot:ok user=a\\n","stream":"stderr","time":"2026-11-22T21:07:47.123456789Z"}')
    assert parsed is not None
    assert (parsed.format, parsed.message, parsed.fields) == ("docker+basic", "ok user=a", {"user": "a"})
    assert (parsed.time, parsed.time_source) == (1795381667.123456, "line")


def test_a_json_line_keeps_its_own_time() -> None:
    inner = '{\\"ts\\":\\"2026-11-22T21:07:40Z\\",\\"message\\":\\"x\\"}'
    parsed = parse(f'{{"log":"{inner}","stream":"stdout","time":"2026-11-22T21:07:47Z"}}')
    assert parsed is not None
    assert (parsed.format, parsed.time) == ("docker+json", 1795381660.0)


def test_any_other_text_inside_is_kept() -> None:
    parsed = parse('{"log":"hello\\n","stream":"stdout","time":"2026-11-22T21:07:47Z"}')
    assert parsed is not None
    assert (parsed.format, parsed.message) == ("docker+raw", "hello")


@pytest.mark.parametrize(
    "line",
    ['{"message":"x"}', '{"log":1,"stream":"a","time":"b"}', '{"log":"x","stream":"a","time":"soon"}', '{"log"', "x"],
)
def test_what_is_no_envelope_is_left(line: str) -> None:
    assert parse(line) is None
