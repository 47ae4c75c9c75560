"""The chain names the row that does not fit; only an outside head can show a cut tail."""

from __future__ import annotations

import msgspec
import pytest

from warroom.core.chain import GENESIS, Mark, Row, Verdict, check, seal


def chain(length: int) -> list[Row]:
    rows: list[Row] = []
    prev = GENESIS
    for seq in range(1, length + 1):
        row = Row(seq, "2026-11-22T21:07:47.442Z", '{"name":"ana"}', "c", "NoteAdded", f'{{"n":{seq}}}', prev, "")
        row = msgspec.structs.replace(row, hash=seal(row))
        prev = row.hash
        rows.append(row)
    return rows


def test_a_whole_chain_with_its_head_anchored_is_ok() -> None:
    rows = chain(5)
    outcome = check(rows, [Mark(5, rows[-1].hash)])
    assert (outcome.verdict, outcome.length, outcome.head) == (Verdict.OK, 5, rows[-1].hash)


def test_without_an_anchor_the_tail_is_unproven() -> None:
    assert check(chain(5), []).verdict is Verdict.OK_TAIL_UNPROVEN


def test_an_older_anchor_leaves_the_rows_after_it_unproven() -> None:
    rows = chain(5)
    outcome = check(rows, [Mark(3, rows[2].hash)])
    assert outcome.verdict is Verdict.OK_TAIL_UNPROVEN
    assert outcome.anchored == 3


@pytest.mark.parametrize("column", ["at", "actor", "command", "kind", "body", "prev", "hash"])
@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_changed_column_breaks_the_chain_at_its_row(column: str, seq: int) -> None:
    rows = chain(5)
    old = getattr(rows[seq - 1], column)
    rows[seq - 1] = msgspec.structs.replace(rows[seq - 1], **{column: old[:-1] + ("0" if old[-1] != "0" else "1")})
    outcome = check(rows, [])
    assert outcome.verdict is Verdict.BROKEN
    assert outcome.broken[0] == seq


def test_a_deleted_row_is_named() -> None:
    rows = chain(5)
    del rows[2]
    outcome = check(rows, [])
    assert outcome.verdict is Verdict.BROKEN
    assert "row 3 is missing" in outcome.text


def test_swapped_rows_break_the_chain() -> None:
    rows = chain(5)
    rows[1], rows[2] = rows[2], rows[1]
    assert check(rows, []).verdict is Verdict.BROKEN


def test_a_cut_tail_shows_against_the_anchor_alone() -> None:
    rows = chain(5)
    head = Mark(5, rows[-1].hash)
    assert check(rows[:3], []).verdict is Verdict.OK_TAIL_UNPROVEN
    assert check(rows[:3], [head]).verdict is Verdict.TRUNCATED
    assert check([], [head]).verdict is Verdict.TRUNCATED


def test_a_tail_rewritten_to_the_same_length_differs_from_the_anchor() -> None:
    rows = chain(5)
    head = Mark(5, rows[-1].hash)
    forged = msgspec.structs.replace(rows[4], body='{"n":"forged"}')
    rows[4] = msgspec.structs.replace(forged, hash=seal(forged))
    outcome = check(rows, [head])
    assert outcome.verdict is Verdict.BROKEN
    assert outcome.broken == [5]


def test_the_check_goes_on_after_the_first_fault() -> None:
    rows = chain(9)
    for seq in (2, 7):
        rows[seq - 1] = msgspec.structs.replace(rows[seq - 1], body="{}")
    assert check(rows, []).broken == [2, 7]
