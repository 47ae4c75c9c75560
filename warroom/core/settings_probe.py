"""Settings of the looks from outside: the bot's ordinary endpoint, and further probes for the verbs that they name.

Durations are seconds. docs/probes.md says more.
"""

from __future__ import annotations

import msgspec

from warroom.core.model import Verb


class ContainedWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers of the bot's own endpoint prove that it is contained."""

    status: list[int] = []
    """HTTP status codes."""
    refused: bool = False
    """The connection is refused."""
    timeout: bool = False
    """Nothing answers in time (a frozen process)."""


class ProbeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the bot is looked at from outside, independent of every adapter."""

    url: str
    """The endpoint that the bot's users use."""
    instances: list[str] = []
    """Addresses of every instance, where there are several behind `url`: each has to agree."""
    not_for: list[Verb] = []
    """Verbs that this look cannot judge; a named probe does."""
    method: str = "POST"
    headers: dict[str, str] = {}
    body: str = ""
    timeout_s: float = 2.0
    """Time for one answer."""
    samples: int = 3
    """Agreeing samples wanted for a verdict."""
    every_s: float = 30.0
    """Time between looks while a containment is held."""
    open_status: list[int] = msgspec.field(default_factory=lambda: [200])
    """Status codes that prove that the bot works as before."""
    contained_when: ContainedWhen = ContainedWhen(status=[401, 403, 503], refused=True, timeout=True)
    verbs: dict[Verb, VerbProbe] = {}
    """What differs for one verb (a limited bot still answers ordinary questions)."""


class VerbProbe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a probe asks, and accepts as proof, for one verb."""

    body: str | None = None
    contained_when: ContainedWhen | None = None


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all named probes have."""

    verbs: list[Verb]
    """Verbs that it judges."""
    samples: int = 3
    """Agreeing samples wanted for a verdict."""


class TcpProbe(_Named, frozen=True, tag="tcp", kw_only=True):
    """Connects: contained when it is refused, for isolate also when nobody answers; open when somebody accepts."""

    address: str
    """HOST:PORT; an IPv6 address stands in brackets."""
    timeout_s: float = 1.0
    """Time for one connection, and for the name before it."""


class ProcessProbe(_Named, frozen=True, tag="process", kw_only=True):
    """Looks at the bot's processes: contained when none runs or used processor time, for stop when there is none."""

    pidfile: str = ""
    """File with the pid of the bot's first process: its tree, session and process group are looked at."""
    cgroup: str = ""
    """The bot's cgroup (version 2), named from its mount or by its whole path."""
    command_line: str = ""
    """Text that the command line of each process of the bot holds: such processes count wherever they stand."""
    interval_s: float = 0.3
    """Time between the two readings of a sample."""


class SilenceProbe(_Named, frozen=True, tag="silence", kw_only=True):
    """Looks at a log: contained when it did not grow for a time, open when it did."""

    log: str
    """The log that the bot writes while it works."""
    quiet_s: float = 5.0
    """Time without a new byte that means contained."""


class IntrospectionProbe(_Named, frozen=True, tag="introspection", kw_only=True):
    """Asks the OAuth server about a token (RFC 7662): contained when it is not active."""

    url: str
    token_file: str
    """File with the bot's token."""
    admin_token_file: str
    """File with the token of the engine itself."""
    timeout_s: float = 2.0


class CommandProbe(_Named, frozen=True, tag="command", kw_only=True):
    """Runs a program without a shell: its exit code is the verdict."""

    argv: list[str]
    """Absolute path of the program, and its arguments."""
    contained_exit: list[int] = msgspec.field(default_factory=lambda: [0])
    """Exit codes that mean contained."""
    open_exit: list[int] = msgspec.field(default_factory=lambda: [1])
    """Exit codes that mean open; every other end proves nothing."""
    timeout_s: float = 5.0
    """Time after which it is ended with all that it started."""


NamedProbe = TcpProbe | ProcessProbe | SilenceProbe | IntrospectionProbe | CommandProbe
"""The kinds of further probes, told apart by `kind`."""
