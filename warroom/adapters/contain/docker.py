"""Contain a bot that is a docker container: out of all its networks, paused in memory, or stopped.

A name may lead to another container a moment later, so a plan holds the id. Everything that release needs stands in
the plan as well: networks with their aliases and addresses, the restart policy, whether it was paused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from warroom.adapters.contain import docker_acts as acts
from warroom.adapters.contain.docker_container import Attachment, Container, kept_of, planned, without_secrets
from warroom.adapters.contain.docker_daemon import Daemon
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import DockerSettings

_VERBS = frozenset({Verb.ISOLATE, Verb.FREEZE, Verb.STOP})
_EFFECTS = {
    Verb.ISOLATE: [
        "every connection of the container ends and no new one begins; published ports are closed",
        "the container runs on, and can write to the folders that it mounts",
    ],
    Verb.FREEZE: [
        "users wait and get no answer until their own time limit",
        "memory and open connections are kept; docker exec does not work while it is paused",
    ],
    Verb.STOP: ["users are refused at once", "what the container has in memory is lost"],
}
_UNDO = {
    Verb.ISOLATE: "connect it to the same networks, with the same aliases and the same address where docker gives it",
    Verb.FREEZE: "POST /containers/<id>/unpause",
    Verb.STOP: "start it again, with the restart policy of before",
}


class DockerAdapter:
    """Verbs isolate, freeze and stop on one container; needs docker's socket, which is root on that host."""

    kind = "docker"

    def __init__(self, bot: str, settings: DockerSettings, clock: Clock, describe_probe: Callable[[Verb], str]) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """The configured ones of isolate, freeze and stop."""
        return frozenset(self._settings.verbs) & _VERBS

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return which container is acted on by which requests; AdapterFailed when it is not there or cannot be."""
        if verb not in self.verbs():
            raise AdapterFailed(f"the docker adapter of {self._bot} is not configured to {verb}")
        async with self._daemon() as daemon:
            container = await self._found(daemon)
            _refuse_impossible(verb, container)
            shared = await daemon.sharers(container.id) if verb is not Verb.FREEZE else []
        gone = verb is Verb.STOP and container.auto_remove
        best = Reversible.BEST_EFFORT if verb is Verb.STOP else Reversible.EXACT
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[clean(line) for line in self._requests(verb, container)],
            effects=_effects(verb, container, expires_s),
            undo="cannot be undone: docker removes the container when it ends (--rm)" if gone else _UNDO[verb],
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.NO if gone else best,
            instances=[container.label],
            shared=[f"{one}: uses the network of this container" for one in shared],
            restore=kept_of(container),
        )

    def needs(self) -> list[Need]:
        """The library, and docker's socket with the right to act."""
        why = "takes the requests; whoever may write to it is root on that host"
        return [Need("library", "aiodocker", "talks to docker"), Need("address", clean(self._settings.host), why)]

    async def check(self, verb: Verb) -> list[Check]:
        """Ask docker for its version, whether acts are allowed (on a name that nobody has), and for the container."""
        async with self._daemon() as daemon:
            try:
                checks = [Check("docker", Checked.OK, await daemon.version())]
            except AdapterFailed as error:
                return [Check("docker", Checked.FAILED, str(error))]
            refused = await daemon.may_act()
        state = Checked.FAILED if refused else Checked.OK
        checks.append(Check("right to act", state, clean(refused) or "docker takes acts from this account"))
        try:
            plan = await self.plan(verb, None)
        except AdapterFailed as error:
            return [*checks, Check("container", Checked.FAILED, str(error))]
        return [*checks, Check("container", Checked.OK, plan.instances[0])]

    async def observe(self, verb: Verb) -> Observation:
        """Return state and networks of the container as docker tells them."""
        try:
            async with self._daemon() as daemon:
                container = await self._found(daemon)
        except AdapterFailed as error:
            return Observation(str(error), self._clock.now())
        state = "paused" if container.paused else "running" if container.running else "not running"
        networks = ", ".join(network.name for network in container.networks) or "no network"
        return Observation(clean(f"{container.label}: {state}, in {networks}"), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the inspection without the values of its environment, and its processes, as JSON."""
        async with self._daemon() as daemon:
            inspected = await daemon.inspect(self._settings.container)
            content: dict[str, Any] = {"inspect": without_secrets(inspected)}
            try:
                content["processes"] = await daemon.processes(self._settings.container)
            except AdapterFailed as error:
                content["processes"] = str(error)
        return [(f"{self._bot}-container.json", msgspec.json.format(msgspec.json.encode(content), indent=1))]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Do it to the plan's container.

        Raises AdapterFailed when the name leads to another container now or docker refuses (then all is as before),
        AdapterAmbiguous when docker was lost after a request was sent.
        """
        before = planned(plan.restore)
        async with self._daemon() as daemon:
            now = await self._found(daemon)
            if now.id != before.id:
                raise AdapterFailed(f"{now.name} is another container since the plan was made: {now.label}; plan again")
            match plan.verb:
                case Verb.ISOLATE:
                    return Receipt(clean(await acts.isolate(daemon, before, now)))
                case Verb.FREEZE:
                    _refuse_ended(now)
                    return Receipt(clean(await acts.freeze(daemon, now)))
                case Verb.STOP:
                    return Receipt(clean(await acts.stop(daemon, now, self._settings.grace_s)))
        raise AdapterFailed(f"{plan.verb} is not an act of the docker adapter")

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Undo it at the plan's container, whatever its name leads to now; raises as `apply` does."""
        before = planned(plan.restore)
        async with self._daemon() as daemon:
            match plan.verb:
                case Verb.ISOLATE:
                    return Receipt(clean(await acts.join_again(daemon, before)))
                case Verb.FREEZE:
                    return Receipt(clean(await acts.thaw(daemon, before)))
                case Verb.STOP:
                    return Receipt(clean(await acts.start(daemon, before)))
        raise AdapterFailed(f"{plan.verb} is not an act of the docker adapter")

    def _daemon(self) -> Daemon:
        return Daemon(self._settings.host, self._settings.timeout_s)

    async def _found(self, daemon: Daemon) -> Container:
        return await daemon.container(self._settings.container)

    def _requests(self, verb: Verb, container: Container) -> list[str]:
        lines = [f"{container.label}, id {container.id}"]
        match verb:
            case Verb.ISOLATE:
                lines += [f"POST /networks/{one.id}/disconnect ({_described(one)})" for one in container.networks]
            case Verb.FREEZE:
                lines.append("POST /containers/<id>/pause" if not container.paused else "nothing: it is paused already")
            case _:
                if container.restart.name not in ("", "no"):
                    lines.append(f"POST /containers/<id>/update: restart policy {container.restart.name} becomes no")
                lines.append(f"POST /containers/<id>/stop?t={round(self._settings.grace_s)}")
        return lines


def _described(network: Attachment) -> str:
    aliases = ", ".join(network.config.get("Aliases", []))
    return f"{network.name}, {network.address or 'no address'}" + (f", known as {aliases}" if aliases else "")


def _effects(verb: Verb, container: Container, expires_s: float | None) -> list[str]:
    effects = list(_EFFECTS[verb])
    if container.swarm and verb is Verb.STOP:
        effects.append(f"swarm starts another task of {container.swarm} in its place: scale the service down as well")
    if expires_s is not None:
        effects.append(f"the expiry is kept by this engine: without it {verb} stays")
    return effects


def _refuse_ended(container: Container) -> None:
    if not container.running:
        raise AdapterFailed(f"{container.label} is not running; is the bot up?")


def _refuse_impossible(verb: Verb, container: Container) -> None:
    _refuse_ended(container)
    if verb is not Verb.ISOLATE:
        return
    if container.mode == "host":
        raise AdapterFailed(f"{container.label} uses the network of the host: isolate it by the nft adapter")
    if container.host_of_network:
        owner = container.host_of_network[:12]
        raise AdapterFailed(f"{container.label} uses the network of container {owner}: isolate that one")
    if container.mode == "none" or not container.networks:
        raise AdapterFailed(f"{container.label} is in no network")
