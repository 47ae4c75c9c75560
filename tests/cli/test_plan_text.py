"""A plan in words: complete, one row a text, and nothing in it that a terminal obeys."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.story import plan
from warroom.cli.exits import Failure
from warroom.cli.plan_text import confirmed, end_text, plan_rows, preview_rows
from warroom.core.model import Reversible, Verb
from warroom.core.ports import Check, Checked
from warroom.core.queries import PlanAnswer

PLAN = replace(
    plan(),
    exact=["POST http://h/\x1b[2J", "second request"],
    effects=["users see a page\nACT-999"],
    instances=["pid 7"],
    shared=["another service"],
    undo="the same request",
    probe="asks it as its users do",
    expires_s=1800.0,
)


def test_a_dry_run_is_complete_and_each_text_has_its_row() -> None:
    checks = [Check("endpoint", Checked.FAILED, "no answer"), Check("key", Checked.OK, "can be read")]
    answer = PlanAnswer(PLAN, "f" * 64, checks, "it is on", "freeze of anything")
    assert preview_rows(answer, "3 requests of 2 users") == [
        f"{PLAN.verb} support by {PLAN.adapter}",
        "  exactly    POST http://h/␛[2J",
        "             second request",
        "  users      users see a page␊ACT-999",
        "  acts on    pid 7",
        "  also hit   another service",
        "  undo       exact: the same request",
        "  now        it is on (the adapter's own word, proves nothing)",
        "  last hour  3 requests of 2 users",
        "  check      FAILED endpoint: no answer",
        "             OK key: can be read",
        "  two        a second person will be asked: freeze of anything",
        "  probe      asks it as its users do",
        "  ends       by itself after 30m",
        f"  plan       {'f' * 64}",
    ]


def test_what_cannot_be_undone_says_so_and_evidence_has_no_end() -> None:
    rows = plan_rows(replace(PLAN, reversible=Reversible.NO), "f" * 64)
    assert "  undo       CANNOT BE UNDONE: the same request" in rows
    rows = plan_rows(replace(PLAN, verb=Verb.SNAPSHOT, expires_s=None), "f" * 64)
    assert not [row for row in rows if row.startswith("  ends")]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "never by itself"),
        (90.0, "by itself after 90s"),
        (5400.0, "by itself after 90m"),
        (7200.0, "by itself after 2h"),
        (172_800.0, "by itself after 2d"),
        (0.5, "by itself after 0.5s"),
    ],
)
def test_an_end_is_told_exactly(seconds: float | None, words: str) -> None:
    assert end_text(seconds) == words


@pytest.mark.parametrize(
    ("reversible", "given", "step"),
    [
        (Reversible.EXACT, "", "repeat with --yes"),
        (Reversible.NO, "", "repeat with --yes --confirm support"),
        (Reversible.NO, "suport", "repeat with --yes --confirm support"),
        (Reversible.NO, "support", "repeat with --yes"),
    ],
)
def test_where_nobody_can_be_asked_the_options_are_named(
    monkeypatch: pytest.MonkeyPatch, reversible: Reversible, given: str, step: str
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(Failure) as caught:
        confirmed([], "do it?", replace(PLAN, reversible=reversible), given)
    assert (caught.value.code, caught.value.next_step) == (2, step)
