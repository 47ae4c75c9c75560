"""The others as lines: who is here, what they do, what is pointed at."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.company import STEP, company, pointer, said, scene, shared_view
from tests.tui.example import NOW
from warroom.core.company import Company
from warroom.tui.frame_lines import PAGES, status_line, top_line
from warroom.tui.together_lines import ACT_S, ANSWER_S, NO_S, act_words, news_span, people_lines, pointer_words


@pytest.mark.parametrize(("width", "shown"), [(80, "+2 acme"), (120, "with ben, cleo acme")])
def test_the_top_row_says_who_else_is_here_as_far_as_there_is_room(width: int, shown: str) -> None:
    text = top_line(scene(width=width)).text
    assert text.rstrip().endswith(shown)
    assert len(text) <= width


def test_whoever_is_alone_is_told_of_nobody() -> None:
    view = shared_view()
    alone = replace(view, consoles=view.consoles[:1])
    assert "+" not in top_line(scene(alone)).text
    assert "with" not in top_line(scene(alone)).text


def test_a_command_is_answered_before_others_are_told_of() -> None:
    made = scene(answer="saved #41", answered=NOW)
    made.others.follow(shared_view(), "ana", NOW)
    made.others.follow(shared_view(said("ben", "ticked: Tell people")), "ana", NOW)
    assert news_span(made) == ("saved #41", "text")
    made.now += 5
    assert news_span(made) == ("ben: ticked: Tell people", "accent")
    made.now += 5
    assert news_span(made) is None


def test_who_is_about_to_act_is_said_while_it_lasts() -> None:
    made = scene(company=company(doing="confirming: isolate support"))
    assert news_span(made) == ("ben is confirming: isolate support", "warn")
    assert "ben is confirming: isolate support" in status_line(made).text
    made.company = company()
    assert news_span(made) is None


def test_ones_own_dialog_is_not_told_to_oneself() -> None:
    mine = [replace(company().people[0], doing="confirming: stop code", confirms=True)]
    assert news_span(scene(company=Company(mine))) is None


def test_a_pointer_is_shown_with_its_key_and_the_commander_is_marked() -> None:
    by_ben, by_ana = pointer(by="ben"), pointer(by="ana")
    assert pointer_words(scene(), by_ben).startswith("ben points at step 5: Revoke the bot's tokens and keys")
    assert pointer_words(scene(), by_ben).endswith("(f)")
    assert pointer_words(scene(), by_ana).startswith("you point at step 5")
    ben = scene(shared_view())
    ben.welcome = replace(ben.welcome, operator="ben", console="c2")
    assert pointer_words(ben, by_ana).startswith("ana (commander) points at step 5")
    assert pointer_words(scene(gone_to=STEP), by_ben).endswith("(f goes back)")


def test_an_answer_gives_the_line_back_to_the_health_of_the_watch() -> None:
    for style, stands_s in (("good", ANSWER_S), ("bad", NO_S), ("warn", NO_S)):
        made = scene(answer="saved or not", answered=NOW, answer_style=style)
        made.now = NOW + stands_s - 0.1
        assert "saved or not" in status_line(made).text
        made.now = NOW + stands_s
        assert "saved or not" not in status_line(made).text
        assert "behind" in status_line(made).text


def test_your_own_pointer_gives_the_line_back_but_not_that_of_another() -> None:
    own, other = scene(company=company(pointer=pointer(by="ana"))), scene(company=company(pointer=pointer(by="ben")))
    assert status_line(own).text.startswith(" you point at")
    own.now = other.now = NOW + ACT_S
    assert "behind" in status_line(own).text
    assert "points at" in status_line(other).text


@pytest.mark.parametrize("width", [60, 80])
def test_the_key_that_leads_there_is_never_cut_off(width: int) -> None:
    long = replace(pointer(by="ben"), words="a line of support: " + "words without end " * 9)
    made = scene(width=width, company=company(pointer=long))
    assert " (f)" in status_line(made).text
    assert len(status_line(made).text) <= width


def test_a_pointer_is_gone_with_what_it_points_at() -> None:
    view = shared_view()
    closed = replace(view, incidents=[replace(view.incidents[0], open=False)])
    assert news_span(scene(company=company(pointer=pointer()))) is not None
    assert news_span(scene(closed, company=company(pointer=pointer()))) is None


def test_coming_and_going_is_said_in_few_words() -> None:
    assert act_words(said("ben", "console C4 attached", "console")) == "ben joined"
    assert act_words(said("cleo (claimed, as root)", "console C4 attached, read-only", "console")) == (
        "cleo joined to watch"
    )
    assert act_words(said("ben", "console C4 left: the line dropped", "console")) == "ben left"


def test_the_list_says_who_is_where_and_at_work() -> None:
    made = scene(company=company(doing="confirming: isolate support"))
    ana, ben, cleo = (row.text for row in people_lines(made, 100, PAGES))
    assert ana.split() == ["ana", "(you)", "commander", "since", "08:25", "at", "work", "on", "Bots"]
    assert "ops lead" in ben
    assert "confirming: isolate support" in ben
    assert "watcher" in cleo
    assert "idle 6m" in cleo
    assert "on Stream" in cleo


@pytest.mark.parametrize("width", [20, 40, 78])
def test_no_row_is_wider_than_its_room(width: int) -> None:
    made = scene(company=company(doing="confirming: " + "isolate " * 9))
    assert all(len(row.text) <= width for row in people_lines(made, width, PAGES))
