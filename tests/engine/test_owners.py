"""In a shared log each line goes to the bot whose fields it has; none is dropped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Batch, Gap, Record
from warroom.core.settings import BotSettings
from warroom.engine.owners import Owners

SHARED = "/log/gateway.jsonl"
BOTS = {
    "support": BotSettings(log=[SHARED], where={"bot": "support"}),
    "sales": BotSettings(log=[SHARED], where={"bot": "sales"}),
    "code": BotSettings(log=["/log/code.log"]),
}


def record(offset: int, bot: str | None, gap: Gap | None = None) -> Record:
    return Record(SHARED, 0, offset, 1, 5.0, attrs={} if bot is None else {"bot": bot}, gap=gap)


def shares(*records: Record, bot: str = "support") -> dict[str, list[int]]:
    split = Owners(BOTS).split(Batch(SHARED, bot, list(records)))
    return {name: [one.offset for one in own] for name, own in split if own}


def test_each_line_goes_to_its_bot_whoever_opened_the_log() -> None:
    records = [record(1, "support"), record(2, "sales"), record(3, "support")]
    assert shares(*records) == shares(*records, bot="sales") == {"support": [1, 3], "sales": [2]}


def test_a_line_of_nobody_goes_to_a_bot_named_after_the_file() -> None:
    assert shares(record(1, "stranger"), record(2, None)) == {"gateway": [1, 2]}


def test_a_gap_concerns_everybody_who_reads_the_log() -> None:
    gap = record(1, None, Gap("truncated", "x"))
    assert shares(gap) == {"support": [1], "sales": [1]}


def test_a_bot_without_where_owns_its_logs_whole() -> None:
    records = [record(1, "support"), record(2, None)]
    assert Owners(BOTS).split(Batch("/log/code.log", "code", records)) == [("code", records)]
    assert Owners(BOTS).of("code", records) == records
    assert Owners(BOTS).of("sales", records) == []


@given(st.lists(st.sampled_from(["support", "sales", "stranger", None]), max_size=30))
def test_every_line_has_exactly_one_owner(bots: list[str | None]) -> None:
    found = shares(*(record(offset, bot) for offset, bot in enumerate(bots)))
    assert sorted(offset for own in found.values() for offset in own) == list(range(len(bots)))
