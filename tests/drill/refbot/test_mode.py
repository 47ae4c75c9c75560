"""What the bot is allowed to do: orders are followed once, expire, and outlive a restart."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from warroom.drill.refbot.mode import LIMITED_PER_MINUTE, Governor, Mode, Order, harder


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def made(tmp_path: Path, clock: Clock) -> Callable[[], Governor]:
    return lambda: Governor(tmp_path / "control.json", clock, lambda words: None)


def test_an_order_is_followed_once_and_its_id_gets_the_same_answer(made: Callable[[], Governor]) -> None:
    governor = made()
    first = governor.take("a", Order(Mode.DISABLED))
    governor.take("b", Order(Mode.NORMAL))
    again = governor.take("a", Order(Mode.DISABLED))
    assert (first.replay, again.replay, again.revision) == (False, True, first.revision)
    assert governor.state.mode is Mode.NORMAL


def test_an_order_expires(made: Callable[[], Governor], clock: Clock) -> None:
    governor = made()
    assert governor.take("a", Order(Mode.LIMITED, expires_in=60.0)).expires_at == 1060.0
    modes = []
    for later in (59.9, 0.1):
        clock.now += later
        modes.append(governor.state.mode)
    assert modes == [Mode.LIMITED, Mode.NORMAL]


def test_a_restart_changes_nothing(made: Callable[[], Governor]) -> None:
    made().take("a", Order(Mode.DISABLED, expires_in=60.0))
    assert made().state.mode is Mode.DISABLED
    assert made().state.expires_at == 1060.0


def test_an_order_of_before_a_restart_is_not_followed_again(made: Callable[[], Governor]) -> None:
    before = made()
    released = before.take("a", Order(Mode.NORMAL))
    before.take("b", Order(Mode.DISABLED))
    after = made()
    again = after.take("a", Order(Mode.NORMAL))
    assert (again.replay, again.revision, after.state.mode) == (True, released.revision, Mode.DISABLED)


def test_an_order_that_expired_while_the_bot_was_down_is_over_and_told(tmp_path: Path, clock: Clock) -> None:
    told: list[str] = []
    Governor(tmp_path / "control.json", clock, told.append).take("a", Order(Mode.DISABLED, 60.0, "ann"))
    clock.now += 61.0
    state = Governor(tmp_path / "control.json", clock, told.append).state
    assert (state.mode, state.revision, state.expires_at) == (Mode.NORMAL, 2, None)
    assert told == ["mode set to disabled by ann", "control order expired, back to normal"]


def test_an_order_that_cannot_be_kept_is_not_followed_until_it_can(
    tmp_path: Path, made: Callable[[], Governor]
) -> None:
    governor = made()
    in_the_way = tmp_path / "control.new"
    in_the_way.mkdir()
    with pytest.raises(OSError, match=re.escape(str(in_the_way))):
        governor.take("a", Order(Mode.DISABLED))
    assert governor.state.mode is Mode.NORMAL
    in_the_way.rmdir()
    assert (governor.take("a", Order(Mode.DISABLED)).replay, governor.state.mode) == (False, Mode.DISABLED)


@pytest.mark.parametrize("kept", [b"", b"{", b'{"mode": "off"}', b'{"mode": "\xff"}', b"\0" * 40])
def test_a_state_that_cannot_be_read_keeps_the_bot_shut(
    kept: bytes, tmp_path: Path, made: Callable[[], Governor]
) -> None:
    (tmp_path / "control.json").write_bytes(kept)
    assert made().state.mode is Mode.DISABLED


@pytest.mark.parametrize("expires", ["0", "-5", "1e12", '"soon"'])
def test_an_expiry_is_a_time_to_come(expires: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"mode": "limited", "expires_in": {expires}}}', type=Order)


def test_a_limited_user_has_some_requests_a_minute(made: Callable[[], Governor], clock: Clock) -> None:
    governor = made()
    assert [governor.within_limit("u") for _ in range(LIMITED_PER_MINUTE + 1)] == [True] * LIMITED_PER_MINUTE + [False]
    assert governor.within_limit("somebody else")
    clock.now += 60.0
    assert governor.within_limit("u")


def test_of_two_modes_the_one_that_allows_less_is_harder() -> None:
    ranked = [Mode.NORMAL, Mode.LIMITED, Mode.DISABLED]
    for n, one in enumerate(ranked):
        assert [harder(one, other) for other in ranked] == [harder(other, one) for other in ranked]
        assert harder(one, ranked[-1]) is ranked[-1]
        assert [harder(one, other) for other in ranked[: n + 1]] == [one] * (n + 1)
