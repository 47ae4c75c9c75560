"""What is taken before anything is changed."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from tests.adapters.contain.liars import NothingDoer
from warroom.adapters.clock import SystemClock
from warroom.adapters.evidence import EvidenceStore
from warroom.core.ports import AdapterFailed
from warroom.engine.collector import Collector


class Mute(NothingDoer):
    """An adapter whose target does not answer."""

    async def snapshot(self) -> list[tuple[str, bytes]]:
        raise AdapterFailed("no connection")


def collector(folder: Path, *adapters: NothingDoer, logs: list[str], files: list[str]) -> Collector:
    return Collector(
        adapters={"support": list(adapters)},
        evidence=EvidenceStore(folder / "evidence", SystemClock()),
        logs_of=lambda bot: logs,
        files_of=lambda bot: files,
    )


async def test_logs_files_and_states_are_kept_by_the_hash_of_what_they_hold(tmp_path: Path) -> None:
    log, config = tmp_path / "bot.log", tmp_path / "bot.yaml"
    log.write_bytes(b"INFO:root:x\n")
    config.write_bytes(b"model: templates-1\n")
    taken = await collector(tmp_path, NothingDoer("support"), logs=[str(log)], files=[str(config)]).take("support")
    assert taken.faults == []
    assert [file.name for file in taken.files] == ["bot.log", "bot.yaml", "support-state.json"]
    assert taken.files[1].sha256 == hashlib.sha256(config.read_bytes()).hexdigest()


async def test_what_cannot_be_taken_is_named_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("x\n")
    made = collector(tmp_path, Mute("support"), logs=[str(tmp_path / "absent.log"), str(log)], files=["/dev/zero"])
    taken = await made.take("support")
    assert [file.name for file in taken.files] == ["bot.log", "not-taken.txt"]
    assert len(taken.faults) == 3
    kept = (tmp_path / "evidence" / taken.files[1].sha256).read_text()
    assert all(word in kept for word in ("absent.log", "/dev/zero", "no connection"))


async def test_a_path_that_no_file_can_have_is_named_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "bot.log").write_text("x\n")
    made = collector(tmp_path, logs=[str(tmp_path / "bot.log"), "/var/a\0b.log"], files=["a\0b"])
    for most in (None, 1000):
        taken = await made.take("support", most=most)
        assert [file.name for file in taken.files] == ["bot.log", "not-taken.txt"]
        assert len(taken.faults) == 2


async def test_the_plan_of_a_snapshot_names_what_will_be_copied(tmp_path: Path) -> None:
    plan = collector(tmp_path, NothingDoer("support"), logs=["/l/a.log"], files=["/etc/bot.yaml"]).plan("support")
    assert plan.exact == ["copy /l/a.log", "copy /etc/bot.yaml", "read the state by control"]


async def test_of_a_long_log_the_end_is_taken_first_and_the_whole_afterwards(tmp_path: Path) -> None:
    log, config = tmp_path / "bot.log", tmp_path / "bot.yaml"
    log.write_bytes(b"".join(b"line %09d\n" % number for number in range(1000)))
    config.write_bytes(b"x" * 5000)
    made = collector(tmp_path, logs=[str(log)], files=[str(config)])
    taken = await made.take("support", most=1500)
    assert [file.size for file in taken.files] == [1500, 5000], "files are always whole"
    assert "the last 1500 of 15000 bytes" in taken.files[0].origin
    rest = await made.rest(taken.cut)
    assert rest.files[0].sha256 == hashlib.sha256(log.read_bytes()).hexdigest()


@pytest.mark.parametrize("gone", ["renamed", "deleted", "grown"])
async def test_the_rest_of_a_log_is_that_of_the_moment_before_the_cut(tmp_path: Path, gone: str) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"before\n" * 1000)
    made = collector(tmp_path, logs=[str(log)], files=[])
    taken = await made.take("support", most=1500)
    if gone == "renamed":
        log.rename(tmp_path / "bot.log.1")
    if gone == "deleted":
        log.unlink()
    with log.open("ab") as file:
        file.write(b"after\n" * 1000)
    rest = await made.rest(taken.cut)
    assert rest.files[0].sha256 == hashlib.sha256(b"before\n" * 1000).hexdigest()


async def test_a_log_that_was_emptied_meanwhile_is_named_and_its_end_is_kept_all_the_same(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"before\n" * 1000)
    made = collector(tmp_path, logs=[str(log)], files=[])
    taken = await made.take("support", most=70)
    log.write_bytes(b"after\n")
    rest = await made.rest(taken.cut)
    assert (tmp_path / "evidence" / taken.files[0].sha256).read_bytes() == b"before\n" * 10
    assert "it shrank while it was copied: 6 of 7000 bytes" in rest.files[0].origin


async def test_what_is_slow_keeps_nothing_else_waiting(tmp_path: Path) -> None:
    order: list[str] = []

    class Slow(NothingDoer):
        async def snapshot(self) -> list[tuple[str, bytes]]:
            order.append(f"{self.kind} asked")
            await asyncio.sleep(0)
            order.append(f"{self.kind} answered")
            return []

    await collector(tmp_path, Slow("a", kind="a"), Slow("b", kind="b"), logs=[], files=[]).take("support")
    assert order == ["a asked", "b asked", "a answered", "b answered"]
