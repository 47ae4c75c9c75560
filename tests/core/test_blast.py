"""Who would notice an action: counted once each, from the last hour alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.core.records import T0, chat, line, tool
from warroom.core.blast import Blast, fold_blast
from warroom.core.record import Record


def by_x(record: Record, _: object) -> bool:
    return bool(record.user and record.user.startswith("x-"))


def test_users_requests_and_hostile_ones_of_the_last_hour() -> None:
    records = [
        chat(-1, "u-0"),
        tool(1, "u-1", session="a"),
        chat(2, "u-1", session="a"),
        chat(3, "x-1"),
        tool(4, "x-1"),
        line(5, "logged in", user="u-9"),
        chat(6, None),
    ]
    assert fold_blast(records, T0 + 3600, by_x, instances=["pid 7"], shared=["billing"]) == Blast(
        users_last_hour=3,
        requests_last_hour=3,
        hostile_last_hour=1,
        instances=["pid 7"],
        shared=["billing"],
        newest_line=T0 + 6,
        since=T0,
        until=T0 + 3600,
    )


def test_without_lines_nobody_knows() -> None:
    found = fold_blast([], T0)
    assert (found.users_last_hour, found.requests_last_hour, found.newest_line) == (0, 0, None)


@given(st.lists(st.tuples(st.integers(-100, 3700), st.sampled_from(["u-1", "u-2", "x-1", None]), st.booleans())))
def test_it_counts_what_a_plain_loop_counts(told: list[tuple[int, str | None, bool]]) -> None:
    records = [chat(at, user) if is_chat else line(at, user=user) for at, user, is_chat in told]
    inside = [one for one in told if 0 <= one[0] <= 3600]
    found = fold_blast(records, T0 + 3600, lambda record, _: record.status is not None and by_x(record, _))
    assert found.users_last_hour == len({user for _, user, _ in inside} - {None})
    assert found.requests_last_hour == sum(is_chat for *_, is_chat in inside)
    assert found.hostile_last_hour == sum(is_chat and user == "x-1" for _, user, is_chat in inside)
    assert found.newest_line == (T0 + max(at for at, *_ in inside) if inside else None)
