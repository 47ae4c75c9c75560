"""Windows overlap, merge by adding, and are given as soon as they are over."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Record
from warroom.detect.windows import Bucket, Windows


def record(moment: float, user: str = "u", status: int | None = 200) -> Record:
    return Record(
        source="/x",
        generation=0,
        offset=0,
        length=1,
        received=moment,
        user=user,
        status=status,
        tokens_in=3,
        message="m",
    )


moments = st.lists(st.floats(0, 300), max_size=60).map(sorted)


@given(moments)
def test_each_window_holds_exactly_the_lines_of_its_span(times: list[float]) -> None:
    windows = Windows(60.0, 5.0)
    for moment in times:
        windows.bucket(moment).add(record(moment), fresh=0, rule_weight=0.0)
    for window in windows.close(1000.0):
        assert window.end - window.start == 60.0
        assert window.total.lines == sum(1 for moment in times if window.start <= moment < window.end)
        assert window.recent.lines == sum(1 for moment in times if window.recent.start <= moment < window.end)


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=20), st.integers(0, 20))
def test_merging_parts_equals_counting_the_whole(users: list[str], cut: int) -> None:
    def counted(names: list[str]) -> Bucket:
        bucket = Bucket(0.0)
        for name in names:
            bucket.add(record(0.0, name), fresh=1, rule_weight=0.5)
        return bucket

    merged = counted(users[:cut])
    merged.merge(counted(users[cut:]))
    assert merged == counted(users)


def test_a_window_is_given_once_its_last_hop_is_over_and_not_before() -> None:
    windows = Windows(60.0, 5.0)
    for second in range(70):
        windows.bucket(float(second)).add(record(float(second)), fresh=0, rule_weight=0.0)
    assert [window.end for window in windows.close(64.9)] == [60.0]
    assert [window.end for window in windows.close(65.0)] == [65.0]
    assert list(windows.close(65.0)) == []


def test_a_pause_of_a_year_costs_no_more_than_one_window() -> None:
    windows = Windows(60.0, 5.0)
    windows.bucket(0.0).add(record(0.0), fresh=0, rule_weight=0.0)
    windows.bucket(3e7).add(record(3e7), fresh=0, rule_weight=0.0)
    assert len(list(windows.close(3e7 + 100))) < 60


def test_a_late_line_counts_in_the_hop_it_belongs_to() -> None:
    windows = Windows(60.0, 5.0)
    windows.bucket(100.0)
    windows.bucket(120.0)
    assert windows.bucket(111.0).start == 110.0
    assert windows.bucket(1.0).start == 100.0
