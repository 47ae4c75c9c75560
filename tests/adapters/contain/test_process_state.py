"""The state of a process tree as evidence."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.adapters.contain.rigs import forking_bot
from warroom.adapters.contain.process_state import ProcessState, state_of
from warroom.adapters.contain.process_tree import read_process
from warroom.core.moments import utc_seconds


def test_each_process_says_who_it_is_and_what_it_holds(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        root = read_process(bot.process.pid)
        assert root is not None
        found = msgspec.json.decode(state_of(root.pid, root.start_ticks), type=list[ProcessState])
        assert [process.pid for process in found] == [root.pid, *sorted(bot.workers())]
        assert [process.ppid for process in found[1:]] == [root.pid, root.pid]
        for process in found:
            assert "forking_server.py" in process.cmdline
            assert utc_seconds(process.started) > 0
            assert (process.rss_bytes or 0) > 1_000_000
            assert (process.open_files or 0) >= 4
            assert process.connections is not None
            assert [(seen.local, seen.state) for seen in process.connections if seen.state == "LISTEN"] == [
                (bot.url.removeprefix("http://").partition("/")[0], "LISTEN")
            ]


def test_a_tree_that_ended_is_an_empty_list(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        root = read_process(bot.process.pid)
        assert root is not None
    assert msgspec.json.decode(state_of(root.pid, root.start_ticks)) == []
