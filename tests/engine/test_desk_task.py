"""The only writer: saved before answered, a repeat answered once, outcomes never dropped by a full disk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.core.story import ANA, BOTS, PLAYBOOK, plan, proof
from warroom.adapters.clock import SystemClock
from warroom.adapters.journal import SqliteJournal, read_entries
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.commands import Ack, Answer, Command, Refused
from warroom.core.desk import Desk
from warroom.core.model import ActionState, Plan, Verb
from warroom.core.ports import Entry, JournalError, Pending
from warroom.core.reduce import Effect, RunContainment, fold
from warroom.engine.desk_task import DeskTask, Known, Made


class Rig:
    """A desk task over a real journal; notes what happens, and what lay on disk when an effect was asked for."""

    def __init__(self, journal: SqliteJournal, path: Path) -> None:
        self.journal = journal
        self.path = path
        self.on_disk: list[str] = []
        self.order: list[str] = []
        self.effects: list[Effect] = []
        self.desk = DeskTask(
            journal,
            SystemClock(),
            Desk(),
            known=lambda: Known(BOTS, {PLAYBOOK.id: PLAYBOOK}),
            effect=self._effect,
            recorded=self._recorded,
        )

    async def _effect(self, effect: Effect) -> None:
        self.on_disk = [type(entry.fact).__name__ for entry in await read_entries(self.path)]
        self.effects.append(effect)

    async def _recorded(self, entries: Sequence[Entry]) -> None:
        self.order += [type(entry.fact).__name__ for entry in entries]

    async def ask(self, command: Command, name: str, *, made: Plan | None = None, forbidden: str = "") -> Answer:
        return await self.desk.submit(command, name, ANA, made=Made(made), forbidden=forbidden)


@contextlib.asynccontextmanager
async def desk(tmp_path: Path) -> AsyncIterator[Rig]:
    async with SqliteJournal(tmp_path / "journal.db") as journal:
        rig = Rig(journal, tmp_path / "journal.db")
        task = asyncio.create_task(rig.desk.run())
        try:
            yield rig
        finally:
            task.cancel()
            await asyncio.wait([task])


OPEN = c.OpenIncident("support", "prompt-injection", "t")


async def test_the_intent_is_on_disk_before_its_effect_is_asked_for(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        answer = await rig.ask(c.Contain("support", Verb.DISABLE), "c-1", made=plan())
        assert isinstance(answer, Ack)
        assert rig.on_disk == ["ContainmentRequested"]
        assert rig.effects == [RunContainment("ACT-001")]
        assert fold(await rig.journal.entries()) == rig.desk.desk


async def test_a_repeated_id_gets_its_first_answer_and_records_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        first = await rig.ask(OPEN, "same")
        length = rig.journal.length
        assert await rig.ask(c.AddNote("INC-001", "other words, same id"), "same") == first
        assert rig.journal.length == length


async def test_a_refusal_is_recorded_and_repeated(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        first = await rig.ask(c.AddNote("INC-009", "x"), "c-1")
        assert isinstance(first, Refused)
        assert rig.order == ["CommandRefused"]
        again = await rig.ask(c.AddNote("INC-009", "x"), "c-1")
        assert isinstance(again, Refused)
        assert rig.order == ["CommandRefused"]


async def test_who_may_not_is_refused_whatever_is_asked(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        answer = await rig.ask(OPEN, "c-1", forbidden="this console is read-only")
        assert answer == Refused("this console is read-only")
        assert rig.desk.desk.incidents == {}


async def test_a_disk_that_refuses_is_said_and_the_desk_stays_as_it_was(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        await rig.ask(OPEN, "c-1")
        await rig.journal._connection().execute("PRAGMA query_only=ON")
        before = rig.desk.desk
        answer = await rig.ask(c.AddNote("INC-001", "lost?"), "c-2")
        assert isinstance(answer, Refused)
        assert "NOT saved" in answer.reason
        assert rig.desk.desk == before
        assert rig.desk.fault
        await rig.journal._connection().execute("PRAGMA query_only=OFF")
        assert isinstance(await rig.ask(c.AddNote("INC-001", "kept"), "c-3"), Ack)
        assert rig.desk.fault == ""


@pytest.mark.long
async def test_an_outcome_waits_for_the_disk_and_is_recorded_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        await rig.ask(c.Contain("support", Verb.DISABLE), "c-1", made=plan())
        real, failures = rig.journal.append, 2

        async def append(pending: Sequence[Pending]) -> list[Entry]:
            nonlocal failures
            if failures:
                failures -= 1
                raise JournalError("disk full")
            return await real(pending)

        rig.journal.append = append  # type: ignore[method-assign]  # a disk that is full for a while
        await asyncio.wait_for(rig.desk.report(f.ContainmentHeld("ACT-001", proof())), 60)
        assert rig.desk.desk.actions["ACT-001"].state is ActionState.HELD
        assert rig.order.count("ContainmentHeld") == 1


async def test_an_outcome_that_cannot_follow_is_not_recorded(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        await rig.desk.report(f.ContainmentHeld("ACT-404", proof()))
        assert rig.journal.length == 0


async def test_after_its_end_nobody_waits_for_an_answer(tmp_path: Path) -> None:
    async with desk(tmp_path) as rig:
        before = asyncio.create_task(rig.ask(c.AddNote("INC-001", "x"), "a"))
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        assert isinstance(await before, Refused)
        assert isinstance(await rig.ask(c.AddNote("INC-001", "x"), "b"), Refused)
        await rig.desk.report(f.NoteAdded("INC-001", "x"))


async def test_who_waits_for_room_in_the_queue_at_the_end_is_answered_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warroom.engine.desk_task._QUEUE", 2)
    async with desk(tmp_path) as rig:
        asking = [asyncio.create_task(rig.ask(c.AddNote("INC-001", "x"), f"c-{n}")) for n in range(9)]
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        assert [type(await one) for one in asking] == [Refused] * 9


async def test_what_was_begun_is_on_the_desk_when_the_task_has_ended(tmp_path: Path) -> None:
    for _ in range(20):
        async with desk(tmp_path) as rig:
            asking = [asyncio.create_task(rig.desk.report(f.SourceAdded(f"/x/{n}", "b"))) for n in range(5)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        await asyncio.wait(asking)
        async with SqliteJournal(tmp_path / "journal.db") as journal:
            on_disk = len(await journal.entries())
        assert rig.desk.desk.length in (0, on_disk)
        (tmp_path / "journal.db").unlink()
