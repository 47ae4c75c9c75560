"""The post-mortem as one HTML page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from tests.reports.hostile import CORPUS, example_dossier, poisoned
from warroom.core.model import Mode
from warroom.reports.html import page
from warroom.reports.markdown import markdown


class _Seen(HTMLParser):
    """Notes the outline of a page: its tags in order with the names of their attributes, and the open ones."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[tuple[str, str]] = set()
        self.values: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.values += [value or "" for _, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_stands_alone() -> None:
    text = page(example_dossier())
    seen = _Seen(text)
    assert seen.open == []
    assert not {"script", "img", "link", "iframe", "a", "object", "form"} & set(seen.tags)
    assert {name for _, name in seen.attributes} <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "colspan",
    }
    assert "default-src 'none'; style-src 'unsafe-inline'" in seen.values
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r"url\(|@import|https?:", style)
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


def test_the_page_says_what_the_record_says() -> None:
    text = page(example_dossier())
    for words in [
        "draft: 2 of 7 parts written",
        "4 min 48 s",
        "22 min 30 s without an entry",
        "HTTP 503",
        "never proven to hold",
        "a1" * 32,
        "LLM Prompt Injection: Direct",
        "61 users saw the away page",
    ]:
        assert words in text
    assert text.count("<b>TO WRITE</b>") == 5


def test_a_drill_is_marked_in_title_and_banner() -> None:
    drill = page(example_dossier(Mode.DRILL))
    assert "<title>DRILL " in drill
    assert 'class="drill"' in drill
    assert 'class="drill"' not in page(example_dossier())


def test_an_open_incident_shows_its_phase() -> None:
    text = page(example_dossier(until=800))
    assert "not yet, in phase containment" in text
    assert "not known" in text


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_hostile_changes_the_outline_of_the_page(text: str) -> None:
    harmless, hostile = (_Seen(page(poisoned(example_dossier(Mode.DRILL), words))) for words in ("x", text))
    assert hostile.tags == harmless.tags
    assert hostile.attributes == harmless.attributes
    assert hostile.open == []


@pytest.mark.parametrize("text", CORPUS)
def test_no_link_can_be_copied_out_of_what_others_wrote(text: str) -> None:
    written = page(poisoned(example_dossier(), text, spare=("exact", "sent")))
    quoted = written.replace("http://127.0.0.1:8080/", "")
    assert not re.search(r"(?i)https?://|javascript\s*:|www\.evil", quoted)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\u200b]", written)


def test_an_alarm_tells_its_chance_and_the_shares_only_where_they_are_known() -> None:
    dossier = example_dossier()
    known = page(dossier)
    assert known.count("Chance under this bot") == len(dossier.alarms)
    alarm = dossier.alarms[0].alarm
    bare = replace(alarm, p=1.0, reasons=[replace(one, contribution=0.0) for one in alarm.reasons])
    unknown = replace(dossier, alarms=[replace(dossier.alarms[0], alarm=bare)])
    for text in (page(unknown), markdown(unknown)):
        assert "Chance under this bot" not in text
        assert "0 %" not in text


def test_a_drill_says_that_a_bot_was_attacked_that_served_nobody() -> None:
    drill = example_dossier(Mode.DRILL)
    for text in (page(drill), markdown(drill)):
        assert "the bot that was attacked served no customers" in text
        assert "no real bot" not in text


def test_words_in_the_place_of_a_moment_may_wrap() -> None:
    # A moment fits its column; `not yet, in phase containment` ran into the next one.
    assert re.search(r"dl\.facts dd\.time \{[^}]*white-space: normal", page(example_dossier()))
