"""What a container is, as docker tells it, and what a plan keeps of it to undo an act exactly."""

from __future__ import annotations

from typing import Any

import msgspec

from warroom.core.clean import clean
from warroom.core.ports import AdapterFailed

_SHORT = 12
_SHARED = "container:"
_MASKED = "(not kept)"


class RestartPolicy(msgspec.Struct, frozen=True):
    """When docker starts a container again by itself."""

    name: str = msgspec.field(name="Name", default="no")
    retries: int = msgspec.field(name="MaximumRetryCount", default=0)

    @property
    def wire(self) -> dict[str, Any]:
        """The policy as a request for a change has it."""
        return {"Name": self.name or "no", "MaximumRetryCount": self.retries}


NO_RESTART = RestartPolicy()


class Attachment(msgspec.Struct, frozen=True):
    """One network that a container is in, with what is needed to put it back there."""

    id: str
    name: str
    address: str
    """Its IPv4 address there, empty when it has none (a stopped container)."""
    config: dict[str, Any]
    """The EndpointConfig of a connection: aliases, links, driver options, addresses that were asked for."""

    def wire(self, container: str, *, same_address: bool) -> dict[str, Any]:
        """Return the request that connects it again; `same_address` asks for the address that docker had chosen."""
        config = dict(self.config)
        if same_address and self.address:
            config["IPAMConfig"] = {**(config.get("IPAMConfig") or {}), "IPv4Address": self.address}
        return {"Container": container, "EndpointConfig": config}


class Container(msgspec.Struct, frozen=True):
    """One container; it is this one and no other as long as the id is the same."""

    id: str
    name: str
    image: str
    restart: RestartPolicy
    networks: list[Attachment] = []
    mode: str = ""
    """How it gets its network: a network's name, host, none, or another container's id."""
    running: bool = True
    """Also true while it is paused or between two starts of a restart loop."""
    paused: bool = False
    auto_remove: bool = False
    swarm: str = ""
    """Service of a swarm that it is a task of, empty when of none."""

    @property
    def label(self) -> str:
        """How people are shown which one it is."""
        return clean(f"container {self.id[:_SHORT]} {self.name} ({self.image})")

    @property
    def host_of_network(self) -> str:
        """Id of the container whose network this one uses; empty when it has its own."""
        return self.mode.removeprefix(_SHARED) if self.mode.startswith(_SHARED) else ""


class _State(msgspec.Struct, frozen=True):
    running: bool = msgspec.field(name="Running", default=False)
    paused: bool = msgspec.field(name="Paused", default=False)
    restarting: bool = msgspec.field(name="Restarting", default=False)


class _Host(msgspec.Struct, frozen=True):
    mode: str = msgspec.field(name="NetworkMode", default="")
    restart: RestartPolicy | None = msgspec.field(name="RestartPolicy", default=None)
    auto_remove: bool = msgspec.field(name="AutoRemove", default=False)


class _Config(msgspec.Struct, frozen=True):
    image: str = msgspec.field(name="Image", default="")
    labels: dict[str, str] | None = msgspec.field(name="Labels", default=None)


class _Endpoint(msgspec.Struct, frozen=True):
    network: str = msgspec.field(name="NetworkID", default="")
    address: str = msgspec.field(name="IPAddress", default="")
    wanted: dict[str, Any] | None = msgspec.field(name="IPAMConfig", default=None)
    aliases: list[str] | None = msgspec.field(name="Aliases", default=None)
    links: list[str] | None = msgspec.field(name="Links", default=None)
    options: dict[str, str] | None = msgspec.field(name="DriverOpts", default=None)


class _Networks(msgspec.Struct, frozen=True):
    networks: dict[str, _Endpoint] | None = msgspec.field(name="Networks", default=None)


class _Inspected(msgspec.Struct, frozen=True):
    """The fields of `GET /containers/ID/json` that count here; others may come and go between versions."""

    id: str = msgspec.field(name="Id")
    name: str = msgspec.field(name="Name")
    state: _State = msgspec.field(name="State")
    host: _Host = msgspec.field(name="HostConfig")
    config: _Config = msgspec.field(name="Config")
    networks: _Networks = msgspec.field(name="NetworkSettings")


def container_of(answer: object) -> Container:
    """Return the container of an inspection; AdapterFailed when the answer has another shape."""
    try:
        found = msgspec.convert(answer, _Inspected)
    except msgspec.ValidationError as error:
        raise AdapterFailed(clean(f"docker answers in a shape that is not known: {error}")) from error
    return Container(
        id=found.id,
        name=clean(found.name.removeprefix("/")),
        image=clean(found.config.image),
        restart=found.host.restart or NO_RESTART,
        networks=[_attachment(found.id, *named) for named in sorted((found.networks.networks or {}).items())],
        mode=found.host.mode,
        running=found.state.running or found.state.restarting,
        paused=found.state.paused,
        auto_remove=found.host.auto_remove,
        swarm=clean((found.config.labels or {}).get("com.docker.swarm.service.name", "")),
    )


def _attachment(container: str, name: str, endpoint: _Endpoint) -> Attachment:
    # Docker adds the short id by itself, again at each connection.
    aliases = sorted({alias for alias in endpoint.aliases or [] if alias != container[:_SHORT]})
    kept = {"IPAMConfig": endpoint.wanted, "Aliases": aliases, "Links": endpoint.links, "DriverOpts": endpoint.options}
    config = {key: value for key, value in kept.items() if value}
    return Attachment(endpoint.network, clean(name), endpoint.address, config)


def kept_of(container: Container) -> str:
    """Return the container as a plan keeps it, in a form that does not depend on the order of anything."""
    return msgspec.json.encode(container, order="sorted").decode()


def planned(restore: str) -> Container:
    """Return the container of a plan; AdapterFailed when the plan keeps none."""
    try:
        return msgspec.json.decode(restore, type=Container)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AdapterFailed("the plan names no container") from error


def without_secrets(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an inspection without the values of environment variables: passwords stand there."""
    config = dict(answer.get("Config") or {})
    config["Env"] = [f"{str(entry).partition('=')[0]}={_MASKED}" for entry in config.get("Env") or []]
    return {**answer, "Config": config}
