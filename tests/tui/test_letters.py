"""Letters are read from the journal once, go on where they ended, and ask again after a refusal."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import NOW, example_view
from tests.tui.example_outbox import SECURITY, delivery, entries, entry_of, told_view
from tests.tui.hostile import CORPUS, FORBIDDEN
from warroom.core.model import Actor
from warroom.core.queries import (
    History,
    HistoryAnswer,
    NotAnswered,
    NoticeAnswer,
    PreviewNotice,
    Query,
    QueryAnswer,
)
from warroom.tui.letters import AGAIN_S, Letters, number_of


class Engine:
    """Answers from a journal and keeps what it was asked."""

    def __init__(self) -> None:
        self.entries = entries()
        self.asked: list[Query] = []
        self.down = False

    async def ask(self, query: Query) -> QueryAnswer:
        self.asked.append(query)
        if self.down:
            return NotAnswered("the engine is gone")
        match query:
            case History(after=after):
                return HistoryAnswer([entry for entry in self.entries if entry.seq > after])
            case PreviewNotice():
                return NoticeAnswer("", "", ["chat: POST https://hooks.example.org"], "")
            case _:
                return NotAnswered("not asked for here")

    def histories(self) -> list[int]:
        """Return from where the journal was read, each time."""
        return [query.after for query in self.asked if isinstance(query, History)]


def test_the_number_of_a_notice_is_that_of_its_entry_whatever_its_channel_is_called() -> None:
    assert number_of(delivery(33, SECURITY, "a-1-b")) == 33
    assert number_of(replace(delivery(33, SECURITY, "chat"), notice="INC-001-x-security")) == 0
    assert number_of(replace(delivery(33, SECURITY, "chat"), notice="INC-001-²-security")) == 0


async def test_everything_is_read_once_and_only_what_is_new_after_that() -> None:
    engine, view = Engine(), told_view()
    letters = Letters(engine.ask)
    assert letters.wanted(view, NOW)
    await letters.read(view, NOW)
    assert not letters.wanted(view, NOW)
    assert engine.histories() == [32]
    assert letters.of(view.outbox[2]) is not None
    assert letters.place(view.outbox[0]) == "chat: POST https://hooks.example.org"
    assert letters.place(view.outbox[1]) == "pager: not for security in the config now"

    engine.entries.append(entry_of(46, SECURITY, "again", "text", ["chat"], by=Actor("team", 7, "kim")))
    later = told_view([*view.outbox, delivery(46, SECURITY, "chat")])
    assert letters.wanted(later, NOW)
    await letters.read(later, NOW)
    assert engine.histories() == [32, 45]
    newest = letters.of(later.outbox[-1])
    assert newest is not None
    assert newest.asked_by == "kim (claimed, as team)"


async def test_a_question_that_was_not_answered_is_asked_again_after_a_while() -> None:
    engine, view = Engine(), told_view()
    letters = Letters(engine.ask)
    engine.down = True
    await letters.read(view, NOW)
    assert letters.fault == "the engine is gone"
    assert not letters.wanted(view, NOW + AGAIN_S - 0.1)
    engine.down = False
    assert letters.wanted(view, NOW + AGAIN_S)
    await letters.read(view, NOW + AGAIN_S)
    assert letters.fault == ""
    assert letters.of(view.outbox[0]) is not None


async def test_an_empty_outbox_asks_for_nothing() -> None:
    assert not Letters().wanted(example_view(), NOW)


async def test_what_was_written_down_is_cleaned_before_anybody_sees_it() -> None:
    evil = "".join(CORPUS)
    letters = Letters()
    letters.take([entry_of(1, SECURITY, evil, f"{evil}\nsecond row", ["chat"], by=Actor(evil, 7))])
    letter = letters.found[1]
    assert not FORBIDDEN.search("".join([letter.asked_by, letter.subject, *letter.lines]))
    assert letter.lines[-1] == "second row"
