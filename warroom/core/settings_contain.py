"""Settings of the adapters that act on a bot: one table each under `[bots.NAME.contain]`.

Paths are absolute by the time they are here. Durations are seconds. Each adapter's page in docs/adapters says more.
"""

from __future__ import annotations

import msgspec

from warroom.core.model import Verb


class ControlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's authenticated control endpoint."""

    url: str
    key_file: str
    """File with the HMAC key, readable by the engine's account alone."""
    timeout_s: float = 5.0
    settle_s: float = 2.0
    """Seconds until the effect must show."""
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.LIMIT, Verb.DISABLE])


class FlagSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kill switch in a file of feature flags (the flagd schema)."""

    path: str
    flag: str = "bot-mode"
    disable: str = "disabled"
    """Variant that switches the bot off."""
    limit: str = ""
    """Variant that takes rights away; empty when there is none."""
    settle_s: float = 5.0


class ProcessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's process tree on this host."""

    pidfile: str
    settle_s: float = 2.0
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.FREEZE])
    """freeze, stop"""
    start: list[str] = []
    """Command that starts the bot again after a stop; empty: a stop cannot be undone from here."""
    grace_s: float = 5.0
    """Time between SIGTERM and SIGKILL of a stop."""


class CgroupSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's own cgroup (version 2)."""

    cgroup: str
    """Its name as /proc/PID/cgroup shows it, or the whole path of its folder."""
    settle_s: float = 2.0
    """Seconds until the effect must show; as long the kernel has to say that it is done."""
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.FREEZE])
    """freeze, stop"""


class NftSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's network traffic on this host: exactly one of user, cgroup and netns says whose it is."""

    user: str = ""
    """Account that the bot alone runs as."""
    cgroup: str = ""
    """Folder of its cgroup (version 2) below /sys/fs/cgroup."""
    netns: str = ""
    """Name of its network namespace, or the path of one."""
    allow: list[str] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1"])
    """Addresses or networks, with an optional port, that stay open."""
    settle_s: float = 2.0


class OAuthSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's client at an OAuth 2.0 server."""

    client_id: str
    client_url: str
    """Address of the client's registration (RFC 7592), where it is disabled and enabled."""
    tokens_url: str
    """Address that lists the client's live tokens."""
    revoke_url: str
    """Revocation endpoint (RFC 7009)."""
    admin_token_file: str
    """File with the token of the engine itself, readable by its account alone."""
    enabled_field: str = "enabled"
    """Field of the registration that is true while the client may have tokens."""
    revoke_within_s: float = 15.0
    """Time in which all tokens have to be revoked."""
    timeout_s: float = 5.0
    """Time for one answer."""
    settle_s: float = 5.0


class LimiterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The Redis store that the bot's rate limiter reads."""

    url: str
    """redis://HOST:PORT/DB, rediss:// with TLS, or unix:///PATH"""
    key: str
    """Key that holds the bot's limit."""
    limit: str = "3 per minute"
    """Limit in the words of the limits library."""
    timeout_s: float = 5.0
    """Time for one answer of Redis."""
    settle_s: float = 2.0


class CommandSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Programs of your own; argv lists, run without a shell in a fixed environment."""

    verbs: list[Verb]
    apply: list[str]
    release: list[str] = []
    """Empty: what it does cannot be undone from here."""
    observe: list[str] = []
    check: list[str] = []
    timeout_s: float = 10.0
    settle_s: float = 5.0


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A signed request to a service of your own that acts on the bot."""

    url: str
    key_file: str
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.DISABLE])
    timeout_s: float = 5.0
    settle_s: float = 5.0


class DockerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's container."""

    container: str
    """Name or id."""
    host: str = "unix:///var/run/docker.sock"
    """Docker's socket, or tcp://HOST:PORT of a proxy in front of it."""
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.ISOLATE, Verb.FREEZE, Verb.STOP])
    grace_s: float = 10.0
    """Time between the stop signal and SIGKILL of a stop."""
    timeout_s: float = 10.0
    """Time for one answer of docker."""
    settle_s: float = 5.0


class SystemdSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's unit of systemd."""

    unit: str
    """Name of the service, such as support-bot.service."""
    bus: str = "unix:path=/run/dbus/system_bus_socket"
    """D-Bus of its manager; unix:path=/run/user/UID/bus for a user's own units."""
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.FREEZE, Verb.STOP])
    grace_s: float = 10.0
    """Time that a stop gives the unit before what is left of it is killed."""
    timeout_s: float = 10.0
    """Time for one answer of systemd, and for a start to succeed."""
    settle_s: float = 5.0


class KubernetesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's pods."""

    api: str
    """Address of the API server."""
    namespace: str
    selector: dict[str, str]
    """Labels that the bot's pods have."""
    service_label: str = ""
    """Label by which its Service finds the pods, taken away while isolated; empty leaves them in the Service.

    One that the pods' controller selects by makes it start new pods in their place.
    """
    token_file: str = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    """File with the token of the account that acts; read for each operation."""
    ca_file: str = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
    """File with the authority that signed the API server's certificate; empty takes those of this host."""
    timeout_s: float = 10.0
    """Time for one answer of the API server."""
    settle_s: float = 10.0


class ContainSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The adapters that can act on a bot."""

    control: ControlSettings | None = None
    flag: FlagSettings | None = None
    limiter: LimiterSettings | None = None
    oauth: OAuthSettings | None = None
    nft: NftSettings | None = None
    process: ProcessSettings | None = None
    cgroup: CgroupSettings | None = None
    command: CommandSettings | None = None
    webhook: WebhookSettings | None = None
    docker: DockerSettings | None = None
    systemd: SystemdSettings | None = None
    kubernetes: KubernetesSettings | None = None

    def configured(self) -> list[str]:
        """Return the tables that are there, in order."""
        return [name for name in self.__struct_fields__ if getattr(self, name) is not None]
