"""The reader without a room."""

from __future__ import annotations

from pathlib import Path

import pytest

from warroom.bootstrap.reading import NotALog, explain_log, open_reader
from warroom.core.record import Record
from warroom.core.settings import FormatSettings, Settings

SETTINGS = Settings(formats={"gateway": FormatSettings(r"(?P<level>\w+)/(?P<logger>\w+) (?P<message>.*)")})


async def test_the_formats_of_a_config_are_read_in_a_live_log(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text("warn/chat refused\n")
    source = open_reader(SETTINGS)
    source.add(str(tmp_path / "bot.log"), "bot", from_start=True)
    found: list[Record] = []
    async for batch in source.batches():
        found += batch.records
        if found:
            break
    await source.close()
    assert [(record.format, record.message) for record in found] == [("gateway", "refused")]


def test_a_log_is_read_to_its_last_unfinished_line(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text("warn/chat refused\nwarn/chat half a li")
    found = explain_log(str(tmp_path / "bot.log"), SETTINGS)
    assert (found.records, found.format, found.gaps) == (2, "gateway", {"partial": 1})


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotALog):
        explain_log(str(tmp_path), SETTINGS)
    with pytest.raises(FileNotFoundError):
        explain_log(str(tmp_path / "absent"), SETTINGS)
