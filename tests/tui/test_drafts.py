"""A draft is made when the record grew, never twice at once, and the more rarely the longer it takes."""

from __future__ import annotations

import asyncio

import pytest

from tests.reports.hostile import example_dossier
from tests.tui.example import NOW, example_view
from tests.tui.example_draft import SEQ, Writer, draft_of, grown
from warroom.tui.drafts import AGAIN_S, STALE_S, Drafts
from warroom.tui.report import ExportFailed

VIEW = example_view()


class Watch:
    """A stopwatch that goes on by itself at each look."""

    def __init__(self, step: float) -> None:
        self.at, self.step = 0.0, step

    def __call__(self) -> float:
        self.at += self.step
        return self.at


async def test_nobody_is_asked_twice_at_once_and_not_again_while_the_record_stands_still() -> None:
    drafts = Drafts(Writer())
    assert drafts.begin("INC-001", VIEW, NOW)
    assert not drafts.begin("INC-001", VIEW, NOW)
    await drafts.read("INC-001", NOW)
    assert not drafts.begin("INC-001", VIEW, NOW + AGAIN_S)
    assert drafts.begin("INC-001", VIEW, NOW + STALE_S)


async def test_a_record_that_grew_is_drawn_again_but_not_at_once() -> None:
    drafts = Drafts(Writer(), Watch(0.01))
    assert drafts.begin("INC-001", VIEW, NOW)
    await drafts.read("INC-001", NOW)
    assert not drafts.begin("INC-001", grown(VIEW), NOW + AGAIN_S - 0.1)
    assert drafts.begin("INC-001", grown(VIEW), NOW + AGAIN_S)


async def test_a_draft_that_takes_long_is_made_more_rarely() -> None:
    drafts = Drafts(Writer(), Watch(1.0))
    assert drafts.begin("INC-001", VIEW, NOW)
    await drafts.read("INC-001", NOW)
    assert not drafts.begin("INC-001", grown(VIEW), NOW + 9.9)
    assert drafts.begin("INC-001", grown(VIEW), NOW + 10)


async def test_another_incident_is_drawn_at_once() -> None:
    drafts = Drafts(Writer())
    assert drafts.begin("INC-001", VIEW, NOW)
    await drafts.read("INC-001", NOW)
    assert drafts.begin("INC-002", VIEW, NOW)


async def test_a_fault_is_kept_and_another_try_waits() -> None:
    writer = Writer()
    writer.fault = "no room"
    drafts = Drafts(writer)
    assert drafts.begin("INC-001", VIEW, NOW)
    await drafts.read("INC-001", NOW)
    assert drafts.fault == "no room"
    assert not drafts.begin("INC-001", VIEW, NOW + AGAIN_S - 0.1)
    writer.fault = ""
    assert drafts.begin("INC-001", VIEW, NOW + AGAIN_S)
    await drafts.read("INC-001", NOW + AGAIN_S)
    assert (drafts.fault, drafts.found["INC-001"]) == ("", draft_of(example_dossier(), SEQ))


async def test_who_leaves_while_it_is_made_can_ask_again() -> None:
    begun = asyncio.Event()

    async def never(incident: str) -> object:
        begun.set()
        await asyncio.Event().wait()
        return None

    drafts = Drafts(never)  # type: ignore[arg-type]  # it never returns anything
    assert drafts.begin("INC-001", VIEW, NOW)
    task = asyncio.create_task(drafts.read("INC-001", NOW))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert drafts.begin("INC-001", VIEW, NOW + AGAIN_S)


async def test_only_a_file_that_was_written_is_remembered() -> None:
    async def export(incident: str, format: str) -> str:
        if format == "html":
            raise ExportFailed("no room")
        return f"/srv/{incident}.{format}"

    drafts = Drafts()
    assert drafts.remembering(None, lambda: NOW) is None
    remembered = drafts.remembering(export, lambda: NOW)
    assert remembered is not None
    with pytest.raises(ExportFailed):
        await remembered("INC-001", "html")
    assert drafts.written == {}
    assert await remembered("INC-001", "md") == "/srv/INC-001.md"
    assert (drafts.written["INC-001"].path, drafts.written["INC-001"].at) == ("/srv/INC-001.md", NOW)
