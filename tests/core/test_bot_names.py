"""Which bot a log or a line belongs to."""

from __future__ import annotations

import pytest

from warroom.core.bot_names import belongs, bot_of
from warroom.core.record import Record


@pytest.mark.parametrize(
    ("log", "bot"),
    [
        ("bot.log", "bot"),
        ("/var/log/support.jsonl", "support"),
        ("support.log.1", "support"),
        ("support.log.12.gz", "support"),
        ("support.log.gz", "support"),
        ("support.log-20261122", "support"),
        ("support.log-20261122.gz", "support"),
        ("support.log.2026-11-22", "support"),
        ("support.log.2026-11-22_10-00-00", "support"),
        ("support", "support"),
        ("Support Bot.log", "support-bot"),
        ("gpt-4.1.log", "gpt-4.1"),
        ("v2.log", "v2"),
        ("support-*.log", "support"),
        ("*.log", "bot"),
        (".log", "log"),
        ("\x1b[2J.log", "2j"),
        ("", "bot"),
    ],
)
def test_a_bot_has_the_name_of_its_file(log: str, bot: str) -> None:
    assert bot_of(log) == bot


def test_a_line_belongs_where_all_its_values_fit() -> None:
    record = Record("/x", 0, 0, 1, 5.0, logger="chat", status=200, attrs={"gen_ai.agent.name": "support", "n": 1})
    assert belongs(record, {})
    assert belongs(record, {"gen_ai.agent.name": "support", "logger": "chat", "status": "200", "n": "1"})
    assert not belongs(record, {"gen_ai.agent.name": "sales"})
    assert not belongs(record, {"gen_ai.agent.name": "support", "user": "u"})
    assert not belongs(record, {"attrs": "x"})
