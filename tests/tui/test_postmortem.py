"""The post-mortem page: the report before it is written, where one reads on when it grows, and what is left to do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.reports.hostile import example_dossier
from tests.tui.example import NOW, example_view
from tests.tui.example_draft import SEQ, Writer, draft_of, grown, hostile_draft
from tests.tui.fake_room import FakeRoom
from tests.tui.hostile import CORPUS, FORBIDDEN
from tests.tui.looks import SIZES, assert_looks, size_id
from tests.tui.running import Session, console
from tests.tui.screens import screen_lines
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.core.draft import Exported

_TEXT = slice(8, 22)
"""Rows of the text at 80 by 24."""
READY = "INC-001: Support bot reads out its system prompt"


def _text_rows(session: Session) -> list[str]:
    """Return what is read, without the scroll bar."""
    return [row[:78].rstrip() for row in screen_lines(session.app)[_TEXT]]


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_the_page_is_as_drawn(size: tuple[int, int]) -> None:
    async with console(size, draft=Writer()) as session:
        await session.press("7")
        await session.see(READY)
        await assert_looks(session, "postmortem")
        await session.press("slash", *"who agreed", "enter")
        await session.see("No second person was asked for.")
        await assert_looks(session, "postmortem-found")


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_without_an_incident_the_page_says_how_to_open_one(size: tuple[int, int]) -> None:
    view = replace(example_view(), incidents=[])
    async with console(size, view=view, draft=Writer()) as session:
        await session.press("7")
        await session.see("No incident, so there is no post-mortem.", "3 shows them, o opens")
        await assert_looks(session, "postmortem-empty")


async def test_it_is_drawn_once_and_again_only_when_the_record_grew() -> None:
    writer = Writer()
    async with console(draft=writer) as session:
        assert writer.made == []
        await session.press("7")
        await session.see(READY)
        session.clock.now += 10
        await session.press("1", "7")
        assert writer.made == ["INC-001"]
        writer.draft = draft_of(replace(example_dossier(), summary="The record says more now."), SEQ + 1)
        session.room.show(grown(session.room.latest))
        await session.see("The record says more now.")
        assert len(writer.made) == 2


async def test_who_reads_keeps_their_place_when_rows_come_in_above() -> None:
    dossier = example_dossier()
    writer = Writer()
    async with console((80, 24), draft=writer) as session:
        await session.press("7")
        await session.see(READY)
        await session.press("slash", *"21:50:00", "enter")
        await session.see("command handed over to lee")
        before = _text_rows(session)
        part = replace(dossier.parts[0], lines=[f"sentence {n}" for n in range(30)], written=True)
        writer.draft = draft_of(replace(dossier, parts=[part, *dossier.parts[1:]]), SEQ + 1)
        session.clock.now += 10
        session.room.show(grown(session.room.latest))
        await session.see("3 of 7 written")
        assert _text_rows(session) == before


async def test_what_was_written_is_said_with_its_path_and_what_came_after() -> None:
    async def export(incident: str, format: str) -> str:
        return f"/srv/{incident}.{format}"

    writer = Writer()
    async with console((80, 24), draft=writer, export=export) as session:
        await session.press("7")
        await session.see("preview, not written: P writes it")
        await session.press("P")
        await session.see("Markdown")
        await session.press("enter", "enter")
        await session.see("written to /srv/INC-001.md at 08:40:39Z")
        written = Exported(SEQ + 1, NOW, "ana", "md")
        writer.draft = draft_of(example_dossier(), SEQ + 3, written)
        session.clock.now += 10
        session.room.show(grown(session.room.latest, 3))
        await session.see("2 newer entries")


async def test_what_somebody_else_wrote_is_known_from_the_record() -> None:
    writer = Writer(draft_of(example_dossier(), SEQ, Exported(SEQ, NOW - 60, "ben", "html")))
    async with console((80, 24), draft=writer) as session:
        await session.press("7")
        await session.see("written by ben as html at 08:39:39Z")


async def test_the_key_on_a_part_begins_a_note_with_its_word() -> None:
    async with console((80, 24), draft=Writer()) as session:
        await session.press("7")
        await session.see(READY, "Left to people · 2 of 7 written")
        await session.press("tab", "j", "t")
        await session.see("Note for INC-001", "factor:")
        await session.press(*"one", "enter", "enter")
        await eventually(lambda: session.room.submitted == [c.AddNote("INC-001", "factor: one")])


async def test_a_note_goes_to_the_marked_part_also_while_the_text_has_the_keys() -> None:
    async with console((80, 24), draft=Writer()) as session:
        await session.press("7")
        await session.see(READY, "● [ ]")
        first = next(row for row in screen_lines(session.app) if "● [ ]" in row)
        await session.press("t")
        await session.see("Note for INC-001")
        await session.press(*"so it was", "enter")
        await eventually(lambda: bool(session.room.submitted))
        word = first.split(" t ")[1].split(":")[0]
        assert session.room.submitted == [c.AddNote("INC-001", f"{word}: so it was")]


async def test_enter_on_a_part_reads_there() -> None:
    async with console((80, 24), draft=Writer()) as session:
        await session.press("7")
        await session.see(READY)
        await session.press("tab", "j", "enter")
        await session.see("CONTRIBUTING FACTORS", "ACT-002 (limit support) did not hold.")


async def test_a_search_goes_round_and_escape_ends_it() -> None:
    async with console((80, 24), draft=Writer()) as session:
        await session.press("7")
        await session.see(READY)
        await session.press("slash", *"handed over", "enter")
        await session.see("/handed over 1/1")
        await session.press("n", "N", "escape")
        await eventually(lambda: "/handed over" not in session.text)
        assert "Post-mortem of INC-001" in session.text
        await session.press("slash", "*", "enter")
        await session.see("has more than `*`")


@pytest.mark.parametrize("kind", ["fault", "lost"])
async def test_what_is_in_the_way_is_said_and_tried_again(kind: str) -> None:
    writer = Writer()
    setattr(writer, kind, "the disk is full")
    async with console((80, 24), draft=writer) as session:
        await session.press("7")
        await session.see("No preview: the disk is full")
        setattr(writer, kind, "")
        session.clock.now += 10
        await session.see(READY)


async def test_a_console_that_cannot_draw_it_names_the_verb() -> None:
    async with console((80, 24)) as session:
        await session.press("7")
        await session.see("warroom export INC-001")


@pytest.mark.parametrize(
    "evil", [*CORPUS[65:], "".join(CORPUS), "**b** `c` | d | # e", "> q"], ids=lambda e: ascii(e)[:30]
)
async def test_nothing_that_others_wrote_acts_on_the_page(evil: str) -> None:
    async with console((80, 24), room=FakeRoom(example_view()), draft=Writer(hostile_draft(evil))) as session:
        await session.press("7")
        await session.see("Left to people")
        for _ in range(12):
            assert not FORBIDDEN.search(session.text.replace("\n", ""))
            await session.press("pagedown")
        assert session.app.is_running
