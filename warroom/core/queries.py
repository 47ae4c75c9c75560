"""Queries: read-only questions to the engine, each with the type of its answer.

They change nothing, are not journaled and may be asked by anybody who is attached.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from warroom.core.blast import Blast
from warroom.core.line_filter import NO_FILTER, LineFilter
from warroom.core.model import EvidenceFile, Plan, Verb
from warroom.core.notices import Audience, Event
from warroom.core.ports import Check, Entry
from warroom.core.record import Coverage
from warroom.core.shadow import ShadowResult
from warroom.core.view import LogLine

Offset = Annotated[int, msgspec.Meta(ge=0, le=1 << 60)]
Generation = Annotated[int, msgspec.Meta(ge=-(1 << 30), le=1 << 30)]


class _Query(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A question."""


class Lines(_Query, frozen=True):
    """Log lines of one bot (or of all, with an empty name) newer than `after`, the newest `limit` that are wanted.

    Numbers of one bot and numbers of all are different ones.
    """

    bot: str
    after: int = 0
    limit: int = 500
    filter: LineFilter = NO_FILTER


class Spot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A boundary between two lines of one log: what begins before `offset` of this generation is older."""

    source: str
    generation: Generation
    offset: Offset


class LogWindow(_Query, frozen=True):
    """Lines beside a boundary, read again from the log files where the room no longer holds them.

    A boundary is what an answer gave as `older` or `newer`, handed back unchanged: a spot for each log of the bot. A
    log without a spot counts from its end. Without a boundary the newest lines are given.
    """

    bot: str
    """Empty for all bots, merged by the time of the lines."""
    before: list[Spot] = []
    after: list[Spot] = []
    """Lines that follow a boundary instead; at most one of the two is given."""
    limit: int = 300
    filter: LineFilter = NO_FILTER
    only_source: str = ""
    """Lines of this log alone."""


class LogSearch(_Query, frozen=True):
    """Looks for a text among the wanted lines before (or after) a boundary, from there away, until time is over."""

    bot: str
    text: str
    before: list[Spot] = []
    after: list[Spot] = []
    limit: int = 1
    """Hits wanted; the search ends with that many."""
    filter: LineFilter = NO_FILTER


class LogHistogram(_Query, frozen=True):
    """How many lines came in each part of the last minutes."""

    bot: str
    """Empty for all."""
    last_s: float = 1200.0
    buckets: int = 60


class RawLine(_Query, frozen=True, omit_defaults=True):
    """The bytes of one line as they lie in the file now."""

    source: str
    generation: Generation
    offset: Offset
    length: int = 0
    """0 takes the record that begins there."""
    whole: bool = False
    """Whether the bytes themselves are wanted, not only their sum and beginning. (Unsaid, older engines understand.)"""


class PreviewPlan(_Query, frozen=True):
    """The dry run of an action: what exactly would be done. Changes nothing."""

    bot: str
    verb: Verb
    expires_s: float | None = None
    adapter: str = ""
    """Which adapter would act; empty takes the mildest that can."""


class Shadow(_Query, frozen=True):
    """What a limit, a rule or a switch would have refused of the last minutes, read again from the log files.

    At most one of the policies is given: `per_user` with its window, `tools_off`, `rules`; none means everything.
    """

    bot: str
    last_s: float = 3600.0
    per_user: int = 0
    """Requests of one user in `window_s`; 0 for no such limit."""
    window_s: float = 60.0
    tools_off: bool = False
    rules: list[str] = []


class PreviewNotice(_Query, frozen=True):
    """What an audience would be told now, and by what. Sends nothing."""

    incident: str
    audience: Audience
    event: Event = Event.UPDATE
    note: str = ""


class Observe(_Query, frozen=True):
    """The adapter's own reading of an action's target, beside what the probes prove."""

    action: str


class History(_Query, frozen=True):
    """Journal entries after a sequence number, for a report or a timeline beyond what the view holds."""

    after: int = 0


class EvidenceOf(_Query, frozen=True):
    """Evidence files taken for an incident (all of the room with an empty id)."""

    incident: str = ""


class Sql(_Query, frozen=True):
    """One SELECT over the tables of `core.record_tables`; it can change nothing and ends after a second."""

    text: str
    limit: int = 1000
    """Rows wanted; there are never more than this many."""


Query = (
    Lines
    | LogWindow
    | LogSearch
    | LogHistogram
    | RawLine
    | PreviewPlan
    | Observe
    | Shadow
    | PreviewNotice
    | History
    | EvidenceOf
    | Sql
)


class LinesAnswer(msgspec.Struct, frozen=True, tag=True):
    """Lines, oldest first."""

    lines: list[LogLine]
    dropped: int
    """Lines between `after` and the first one here that the ring no longer holds."""
    hidden: int = 0
    """Lines since `after` that the filter hides."""
    last: int = 0
    """Number to ask from next."""
    ahead: WindowAnswer | None = None
    """The newest lines of logs that grow faster than they are judged, read from the files; they are judged later."""


class WindowAnswer(msgspec.Struct, frozen=True, tag=True):
    """Lines in the order of their time (of each log in its own order); what cannot be read is a line of level GAP."""

    lines: list[LogLine]
    older: list[Spot]
    """The boundary before the first of them."""
    newer: list[Spot]
    """The boundary after the last of them."""
    hidden: int
    """Lines between the two that the filter hides."""
    end: bool
    """Whether there is nothing more on that side: the logs begin here, or these are the newest lines."""
    why: str
    """Why there are fewer lines than asked for though there are more: time or bytes were over. Empty otherwise."""
    reached: float | None
    """Time of the line that was looked at last; None when there was none."""
    last: int
    """Number to ask for new `Lines` from, if these are the newest."""


class Hit(msgspec.Struct, frozen=True):
    """A line that was found."""

    line: LogLine
    after: list[Spot]
    """The boundary after it: a window before that ends with it."""


class SearchAnswer(msgspec.Struct, frozen=True, tag=True):
    """Hits in the order found."""

    hits: list[Hit]
    looked: int
    """Lines looked at."""
    go_on: list[Spot]
    """The boundary to search on from."""
    end: bool
    """Whether all was looked at on that side."""
    why: str
    """Why it ended earlier; empty otherwise."""
    reached: float | None
    """Time of the line that was looked at last."""


class HistogramAnswer(msgspec.Struct, frozen=True, tag=True):
    """Lines by the time that they carry, oldest bucket first; the last one is not over yet."""

    start: float
    bucket_s: float
    lines: list[int]
    errors: list[int]
    """Those of level ERROR and above."""
    since: float
    """From here on all lines were counted."""


class RawLineAnswer(msgspec.Struct, frozen=True, tag=True):
    """The bytes of a line: what they are, and their beginning as text."""

    source: str
    generation: int
    offset: int
    length: int
    sha256: str
    text: str
    """Cleaned; the beginning of a long one."""
    content: bytes = b""
    """The bytes as they are, where they were asked for: untrusted."""


class PlanAnswer(msgspec.Struct, frozen=True, tag=True):
    """The plan and the hash that binds a command to it."""

    plan: Plan
    sha256: str
    checks: list[Check] = []
    """Preconditions, looked at without changing anything."""
    observed: str = ""
    """What the adapter itself reads of the target now; it proves nothing."""
    two: str = ""
    """The rule that asks for a second person; empty where one is enough."""


class ShadowAnswer(msgspec.Struct, frozen=True, tag=True):
    """Who would notice, what would have been refused, and how far back this is known."""

    policy: str
    """The policy in words."""
    blast: Blast
    result: ShadowResult
    coverage: Coverage


class NoticeAnswer(msgspec.Struct, frozen=True, tag=True):
    """A notice as it would leave."""

    subject: str
    text: str
    channels: list[str]
    """Name and place of each channel, without secrets."""
    word: str
    """What is honest to say of who is told."""


class ObservationAnswer(msgspec.Struct, frozen=True, tag=True):
    """What an action's adapter reads of its target now; it proves nothing."""

    adapter: str
    text: str
    at: float


class HistoryAnswer(msgspec.Struct, frozen=True, tag=True):
    """Entries in order."""

    entries: list[Entry]


class EvidenceAnswer(msgspec.Struct, frozen=True, tag=True):
    """Evidence files in the order taken."""

    files: list[EvidenceFile]


class SqlAnswer(msgspec.Struct, frozen=True, tag=True):
    """What a SELECT gave."""

    columns: list[str]
    rows: list[list[str | int | float | None]]
    """Texts are cleaned and cut; bytes are `x'…'`."""
    more: str
    """Why there are fewer rows than the query has; empty when these are all."""
    seconds: float
    length: int
    """Entries of the journal that the tables were made of."""


class SqlRefused(msgspec.Struct, frozen=True, tag=True):
    """A query that did not run to its end, and why."""

    reason: str
    """In SQLite's words where it is about the SQL."""
    at: int | None = None
    """Which character of the text it is about, from 0; None when that is not known."""
    advice: str = ""
    """What to do next."""
    ended: bool = False
    """It was a query, and was ended because it took too much time or memory."""


class SqlLoading(msgspec.Struct, frozen=True, tag=True):
    """The record is still being read for SQL: whoever asks the same again is told how far that is by then."""

    read: int
    """Entries of the journal so far."""
    total: int


class NotAnswered(msgspec.Struct, frozen=True, tag=True):
    """The question could not be answered, and why."""

    reason: str


QueryAnswer = (
    LinesAnswer
    | WindowAnswer
    | SearchAnswer
    | HistogramAnswer
    | RawLineAnswer
    | PlanAnswer
    | ObservationAnswer
    | ShadowAnswer
    | NoticeAnswer
    | HistoryAnswer
    | EvidenceAnswer
    | SqlAnswer
    | SqlRefused
    | SqlLoading
    | NotAnswered
)
