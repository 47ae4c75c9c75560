"""The hash chain of the journal: how a row is sealed and how a chain is checked.

`hash = sha256(b"warroom-act-v1\\0" + canonical JSON of the row without its hash)`, with the hash of the row before it
inside. A chain shows that rows were changed, swapped, inserted or deleted in the middle. It cannot show that its end
was cut off or that all of it was rewritten; for that its head is kept elsewhere (an anchor) and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum

import msgspec

GENESIS = "0" * 64
"""What stands before the first row."""

_DOMAIN = b"warroom-act-v1\0"


class Row(msgspec.Struct, frozen=True):
    """A journal row as stored: texts, so that what is hashed is what lies on the disk."""

    seq: int
    at: str
    actor: str
    command: str
    kind: str
    body: str
    prev: str
    hash: str


class Verdict(StrEnum):
    """What a check of a journal may say."""

    OK = "OK"
    OK_TAIL_UNPROVEN = "OK-TAIL-UNPROVEN"
    BROKEN = "BROKEN"
    TRUNCATED = "TRUNCATED"
    CANNOT_CHECK = "CANNOT-CHECK"


class Mark(msgspec.Struct, frozen=True):
    """A head that was remembered outside the journal."""

    seq: int
    head: str
    where: str = ""


class Check(msgspec.Struct, frozen=True):
    """The outcome of a check."""

    verdict: Verdict
    length: int
    head: str
    text: str
    """The outcome in words."""
    broken: list[int] = []
    """Sequence numbers of the rows that do not fit, at most 100."""
    anchored: int = 0
    """The last row that an anchor outside vouches for."""


def seal(row: Row) -> str:
    """Return the hash that belongs to a row, from all its fields but `hash`."""
    content = [row.seq, row.at, row.actor, row.command, row.kind, row.body, row.prev]
    return hashlib.sha256(_DOMAIN + msgspec.json.encode(content)).hexdigest()


def check(rows: Iterable[Row], marks: Iterable[Mark]) -> Check:
    """Check a whole journal in order against the heads remembered outside it; goes on after the first fault."""
    faults: list[tuple[int, str]] = []
    hashes: dict[int, str] = {}
    prev, length = GENESIS, 0
    for row in rows:
        fault = _fault(row, length + 1, prev)
        if fault and len(faults) < 100:
            faults.append((row.seq, fault))
        hashes[row.seq] = row.hash
        prev, length = row.hash, row.seq
    if faults:
        seq, fault = faults[0]
        text = f"BROKEN at {seq}: {fault}"
        return Check(Verdict.BROKEN, length, prev, text, [n for n, _ in faults])
    return _against(sorted(marks, key=lambda mark: mark.seq), hashes, length, prev)


def _fault(row: Row, expected: int, prev: str) -> str:
    if row.seq != expected:
        return f"row {expected} is missing" if row.seq > expected else "out of order"
    if row.prev != prev:
        return "it does not follow the row before it"
    if row.hash != seal(row):
        return "its content was changed"
    return ""


def _against(marks: list[Mark], hashes: dict[int, str], length: int, head: str) -> Check:
    for mark in marks:
        if mark.seq > length:
            text = f"TRUNCATED: {mark.where or 'an anchor'} saw {mark.seq} rows, the journal ends at {length}"
            return Check(Verdict.TRUNCATED, length, head, text, anchored=mark.seq)
        if hashes.get(mark.seq) != mark.head:
            text = f"BROKEN at {mark.seq}: {mark.where or 'an anchor'} remembers another hash; rows were rewritten"
            return Check(Verdict.BROKEN, length, head, text, [mark.seq])
    anchored = marks[-1].seq if marks else 0
    if anchored < length:
        vouched = f"an anchor outside vouches up to {anchored}" if marks else "no anchor outside was found"
        text = f"OK-TAIL-UNPROVEN: {length} rows fit together; {vouched}, so a cut of the rows after it would not show"
        return Check(Verdict.OK_TAIL_UNPROVEN, length, head, text, anchored=anchored)
    return Check(Verdict.OK, length, head, f"OK: {length} rows fit together, anchored outside", anchored=anchored)
