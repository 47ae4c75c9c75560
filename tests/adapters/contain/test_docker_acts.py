"""What happens when docker refuses in the middle: all as before, or a clear word that it is not."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest

from warroom.adapters.contain import docker_acts as acts
from warroom.adapters.contain.docker_container import NO_RESTART, Attachment, Container, RestartPolicy
from warroom.adapters.contain.docker_daemon import Daemon, Refused
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

ONE = Attachment("n1", "front", "10.0.1.2", {"Aliases": ["chat"]})
TWO = Attachment("n2", "back", "10.0.2.2", {})
ALWAYS = RestartPolicy("always", 0)
BOT = Container("c1", "bot", "image", ALWAYS, [ONE, TWO], "front")


class Engine:
    """One container and what docker refuses of it."""

    def __init__(self, *refuses: str) -> None:
        self.now = BOT
        self.refuses = set(refuses)

    async def container(self, name: str) -> Container:
        return self.now

    async def disconnect(self, container: str, network: str) -> None:
        self._take(f"disconnect {network}")
        self.now = msgspec.structs.replace(self.now, networks=[one for one in self.now.networks if one.id != network])

    async def connect(self, container: str, network: Attachment, *, same_address: bool) -> None:
        self._take(f"connect {network.id}")
        if same_address:
            self._take(f"address {network.id}")
        self.now = msgspec.structs.replace(self.now, networks=sorted([*self.now.networks, network], key=lambda n: n.id))

    async def pause(self, container: str) -> None:
        self._take("pause")
        self.now = msgspec.structs.replace(self.now, paused=True)

    async def stop(self, container: str, grace_s: float) -> None:
        self._take("stop")
        self.now = msgspec.structs.replace(self.now, running=False)

    async def set_restart(self, container: str, policy: RestartPolicy) -> None:
        self._take(f"restart {policy.name}")
        self.now = msgspec.structs.replace(self.now, restart=policy)

    def _take(self, act: str) -> None:
        if act in self.refuses:
            raise Refused(500, f"no {act}")

    @property
    def daemon(self) -> Daemon:
        """As the acts take it: they ask for nothing but what stands here."""
        return cast(Daemon, self)


async def test_a_network_that_cannot_be_left_leaves_the_container_in_all_of_them() -> None:
    engine = Engine("disconnect n2")
    with pytest.raises(AdapterFailed, match="no disconnect n2; it is in its networks as before"):
        await acts.isolate(engine.daemon, BOT, BOT)
    assert engine.now == BOT


async def test_half_an_isolation_that_cannot_be_taken_back_is_ambiguous() -> None:
    with pytest.raises(AdapterAmbiguous, match="front, which it left, takes it no more"):
        await acts.isolate(Engine("disconnect n2", "connect n1").daemon, BOT, BOT)


async def test_an_address_that_is_taken_by_now_is_told_and_the_network_is_joined_all_the_same() -> None:
    engine = Engine("address n2")
    await acts.isolate(engine.daemon, BOT, BOT)
    assert engine.now.networks == []
    told = await acts.join_again(engine.daemon, BOT)
    assert "front, back (at another address than 10.0.2.2)" in told
    assert engine.now.networks == [ONE, TWO]


async def test_a_network_that_is_gone_is_named_and_never_called_joined() -> None:
    some, none = Engine("connect n2"), Engine("connect n1", "connect n2")
    for engine in (some, none):
        await acts.isolate(engine.daemon, BOT, BOT)
    with pytest.raises(AdapterAmbiguous, match="joined front, but not back: no connect n2"):
        await acts.join_again(some.daemon, BOT)
    with pytest.raises(AdapterFailed, match="still in none of them"):
        await acts.join_again(none.daemon, BOT)


async def test_a_stop_that_is_refused_gives_the_restart_policy_back() -> None:
    engine = Engine("stop")
    with pytest.raises(AdapterFailed, match="it runs as before"):
        await acts.stop(engine.daemon, BOT, 1.0)
    assert engine.now == BOT
    with pytest.raises(AdapterAmbiguous, match="its restart policy is no more always"):
        await acts.stop(Engine("stop", "restart always").daemon, BOT, 1.0)
    with pytest.raises(AdapterFailed, match="no restart no; it runs as before"):
        await acts.stop(Engine("restart no").daemon, BOT, 1.0)


async def test_a_stop_of_what_docker_never_restarts_changes_no_policy() -> None:
    engine = Engine("restart no")
    plain = msgspec.structs.replace(BOT, restart=NO_RESTART)
    engine.now = plain
    assert (await acts.stop(engine.daemon, plain, 1.0)).endswith("has ended")


async def test_a_pause_that_somebody_else_was_faster_with_is_done() -> None:
    engine = Engine("pause")
    with pytest.raises(AdapterFailed, match="it runs as before"):
        await acts.freeze(engine.daemon, BOT)
    engine.now = msgspec.structs.replace(BOT, paused=True)
    assert (await acts.freeze(engine.daemon, BOT)).endswith("is paused")
