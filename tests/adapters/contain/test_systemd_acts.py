"""What happens when systemd refuses in the middle, or somebody is faster: all as before, or a clear word."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from warroom.adapters.clock import SystemClock
from warroom.adapters.contain import systemd_acts as acts
from warroom.adapters.contain.systemd_bus import Manager, Refused
from warroom.adapters.contain.systemd_unit import Kept, Unit
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

BOT = Unit("bot.service", "/usr/lib/systemd/system/bot.service", "/usr/bin/bot", "active")
KEPT = Kept(BOT, ["bot.socket", "bot.timer"])
CLOCK = SystemClock()


class Units:
    """One service with what triggers it, and what systemd refuses."""

    def __init__(self, *refuses: str, restarts: int = 0, deaf: bool = False) -> None:
        self.states = {"bot.service": "active", "bot.socket": "active", "bot.timer": "active"}
        self.refuses = set(refuses)
        self.restarts = restarts
        """How often somebody starts it again, each time it is masked or seen down."""
        self.deaf = deaf
        self.masked = False
        self.acts: list[str] = []

    async def unit(self, name: str) -> Unit:
        return msgspec.structs.replace(BOT, id=name, state=self.states[name], masked=self.masked)

    neighbour = unit

    async def masked_until_reboot(self, name: str) -> bool:
        return self.masked

    async def stop(self, name: str) -> None:
        self._take(f"stop {name}")
        self.states[name] = "deactivating" if self.deaf else "inactive"

    async def kill(self, name: str) -> None:
        self._take(f"kill {name}")

    async def start(self, name: str) -> None:
        self._take(f"start {name}")
        self.states[name] = "failed" if self.deaf else "active"

    async def mask(self, name: str) -> None:
        self._take(f"mask {name}")
        self.masked = True
        if self.restarts:
            self.restarts -= 1
            self.states[name] = "active"

    async def unmask(self, name: str) -> None:
        self._take(f"unmask {name}")
        self.masked = False

    def _take(self, act: str) -> None:
        self.acts.append(act)
        if act in self.refuses:
            raise Refused("org.freedesktop.DBus.Error.AccessDenied", f"no {act}")

    @property
    def manager(self) -> Manager:
        """As the acts take it: they ask for nothing but what stands here."""
        return cast(Manager, self)


async def stop(units: Units, kept: Kept = KEPT) -> str:
    return await acts.stop(units.manager, kept, CLOCK, 0.05, 0.05)


async def test_what_triggers_it_is_stopped_first_and_it_is_masked_last() -> None:
    units = Units()
    told = await stop(units)
    assert units.acts == ["stop bot.socket", "stop bot.timer", "stop bot.service", "mask bot.service"]
    assert told.endswith("is stopped, masked until the next boot, bot.socket is stopped, bot.timer is stopped")


async def test_a_stop_that_is_refused_starts_what_triggers_it_again() -> None:
    units = Units("stop bot.service")
    with pytest.raises(AdapterFailed, match=r"no stop bot\.service; it runs as before"):
        await stop(units)
    assert set(units.states.values()) == {"active"}
    with pytest.raises(AdapterAmbiguous, match=r"bot\.socket does not start again"):
        await stop(Units("stop bot.service", "start bot.socket"))


async def test_who_starts_it_before_the_mask_has_it_stopped_once_more() -> None:
    units = Units(restarts=1)
    await stop(units)
    assert units.acts.count("stop bot.service") == 2
    assert units.states["bot.service"] == "inactive"


async def test_a_unit_that_does_not_go_down_is_never_called_stopped() -> None:
    units = Units(deaf=True)
    with pytest.raises(AdapterAmbiguous, match="is still deactivating"):
        await stop(units)
    assert "kill bot.service" in units.acts


async def test_a_mask_that_is_refused_is_told_and_the_unit_is_stopped_all_the_same() -> None:
    assert "but it is not masked (no mask bot.service)" in await stop(Units("mask bot.service"))


async def test_a_unit_of_etc_is_not_masked_and_a_release_takes_no_mask_away() -> None:
    own = Kept(msgspec.structs.replace(BOT, file="/etc/systemd/system/bot.service"))
    units = Units()
    await stop(units, own)
    await acts.start(units.manager, own, CLOCK, 0.05)
    assert units.acts == ["stop bot.service", "start bot.service"]


async def test_a_release_starts_what_triggers_it_before_itself() -> None:
    units = Units()
    await stop(units)
    units.acts.clear()
    await acts.start(units.manager, KEPT, CLOCK, 0.05)
    assert units.acts == ["unmask bot.service", "start bot.socket", "start bot.timer", "start bot.service"]


async def test_a_start_that_is_refused_or_fails_is_told() -> None:
    refused, broken = Units("start bot.service"), Units(deaf=True)
    for units in (refused, broken):
        units.states = dict.fromkeys(units.states, "inactive")
    with pytest.raises(AdapterFailed, match=r"no start bot\.service; it is not up"):
        await acts.start(refused.manager, KEPT, CLOCK, 0.05)
    with pytest.raises(AdapterAmbiguous, match="is failed after its start"):
        await acts.start(broken.manager, KEPT, CLOCK, 0.05)
