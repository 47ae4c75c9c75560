"""The ruleset that cuts one bot's traffic, as text for `nft -f -`. Pure.

A table of our own for each bot: nothing of anybody else is touched, and taking it away undoes it. Its chains stand at
priority -150, before other tables' filters, and nothing in them accepts what is established: an open connection is cut
like a new one. Each rule asks a set whose elements the kernel itself forgets at the expiry.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

PRIORITY = -150
_PLACE = re.compile(r"\[(?P<six>[0-9A-Fa-f:.]+)\](?::(?P<sixport>\d{1,5}))?|(?P<four>[0-9./]+?)(?::(?P<port>\d{1,5}))?")
_SAFE = re.compile(r"[^a-z0-9]+")


class Match(StrEnum):
    """By what the bot's traffic is known."""

    USER = "user"
    CGROUP = "cgroup"
    NETNS = "netns"


class Whose(msgspec.Struct, frozen=True):
    """Whose traffic is cut."""

    match: Match
    name: str
    """The user, the path below /sys/fs/cgroup, or the namespace, as people say it."""
    number: int
    """The uid, or the inode of the cgroup or namespace: it tells one from another of the same name."""
    level: int = 0
    """Depth of the cgroup below the root of its hierarchy."""


class Open(msgspec.Struct, frozen=True):
    """Somewhere that stays open."""

    network: str
    """As nft writes it."""
    six: bool
    port: int | None


def opened(text: str) -> Open:
    """Return an entry of `allow`: an address or a network, an IPv6 one with a port in brackets; ValueError else."""
    plain = _network(text)
    if plain is not None:
        return Open(plain[0], plain[1], None)
    found = _PLACE.fullmatch(text)
    network = _network((found["six"] or found["four"]) if found else "")
    port = (found["sixport"] or found["port"]) if found else None
    if found is None or network is None or (port is not None and not 0 < int(port) < 65536):
        raise ValueError(f"{text!r} is no address such as 10.0.0.5, 10.0.0.0/8, 10.0.0.5:5432 or [fd00::1]:443")
    return Open(network[0], network[1], None if port is None else int(port))


def _network(text: str) -> tuple[str, bool] | None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    return str(network), network.version == 6


def table_of(bot: str) -> str:
    """Return the name of a bot's own table: readable, and never that of another bot."""
    words = _SAFE.sub("_", bot.lower()).strip("_")[:24] or "bot"
    return f"warroom_{words}_{hashlib.sha256(bot.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def ruleset(table: str, whose: Whose, allow: Sequence[Open], expires_s: float | None, key: str = "") -> str:
    """Return the whole table; loading it takes the place of a former one of this name in one step."""
    return _text([f"table inet {table}", f"delete table inet {table}", *_table(table, whose, allow, expires_s, key)])


def new_ruleset(table: str, whose: Whose, allow: Sequence[Open], expires_s: float | None, key: str) -> str:
    """Return the whole table, which nft refuses to load where one of this name stands.

    To take a table away the kernel waits until no processor uses it any more, about 15 ms. What stands in the block of
    `create` beside the comment is lost without a word (nft 1.0.6), so the rest has a block of its own.
    """
    first = [f"create table inet {table} {{", f'  comment "{key}"', "}"]
    return _text([*first, *_table(table, whose, allow, expires_s)])


def _text(rows: Sequence[str]) -> str:
    return "\n".join(rows) + "\n"


def _table(table: str, whose: Whose, allow: Sequence[Open], expires_s: float | None, key: str = "") -> list[str]:
    ends = "" if expires_s is None else f" timeout {max(1, round(expires_s))}s"
    rows = [
        f"table inet {table} {{",
        *([f'  comment "{key}"'] if key else []),
        "  set on {",
        "    typeof meta nfproto",
        "    flags timeout",
        f"    elements = {{ ipv4{ends}, ipv6{ends} }}",
        "  }",
        *(_SETS if whose.match is Match.CGROUP else []),
        "  chain out {",
        f"    type filter hook output priority {PRIORITY}; policy accept;",
        # What ends here goes on through everybody else's chains: it opens nothing.
        *[f"    {_towards(one)} accept" for one in allow],
        *[f"    {rule} counter drop" for rule in _drops(whose)],
        "  }",
    ]
    if whose.match is Match.NETNS:
        rows += [
            "  chain in {",
            f"    type filter hook input priority {PRIORITY}; policy accept;",
            *[f"    {_backwards(one)} accept" for one in allow],
            "    meta nfproto @on counter drop",
            "  }",
        ]
    return [*rows, "}"]


_SETS = (
    "  set held4 {",
    "    typeof meta l4proto . ip saddr . th sport . ip daddr . th dport",
    "  }",
    "  set held6 {",
    "    typeof meta l4proto . ip6 saddr . th sport . ip6 daddr . th dport",
    "  }",
    "  set ports {",
    "    typeof meta l4proto . th sport",
    "  }",
)


def _drops(whose: Whose) -> list[str]:
    match whose.match:
        case Match.USER:
            return [f"meta nfproto @on meta skuid {whose.number}"]
        case Match.CGROUP:
            # A socket keeps the cgroup that it was born in: those that were brought along are known by their ends.
            return [
                f'meta nfproto @on socket cgroupv2 level {whose.level} "{whose.name}"',
                "meta nfproto @on meta l4proto . ip saddr . th sport . ip daddr . th dport @held4",
                "meta nfproto @on meta l4proto . ip6 saddr . th sport . ip6 daddr . th dport @held6",
                "meta nfproto @on meta l4proto . th sport @ports",
            ]
        case Match.NETNS:
            return ["meta nfproto @on"]


def _towards(place: Open) -> str:
    port = "" if place.port is None else f" meta l4proto {{ tcp, udp }} th dport {place.port}"
    return f"{'ip6' if place.six else 'ip'} daddr {place.network}{port}"


def _backwards(place: Open) -> str:
    port = "" if place.port is None else f" meta l4proto {{ tcp, udp }} th sport {place.port}"
    return f"{'ip6' if place.six else 'ip'} saddr {place.network}{port}"


class Held(msgspec.Struct, frozen=True):
    """One socket of a process; without a far end it is known by its own port alone."""

    protocol: str
    near: str
    near_port: int
    far: str = ""
    far_port: int = 0


def held_elements(table: str, sockets: Iterable[Held]) -> str:
    """Return what adds these sockets to the sets of a cgroup's table; empty when there are none."""
    added: dict[str, list[str]] = {"held4": [], "held6": [], "ports": []}
    for one in sockets:
        if not one.far:
            added["ports"].append(f"{one.protocol} . {one.near_port}")
            continue
        ends = f"{one.protocol} . {one.near} . {one.near_port} . {one.far} . {one.far_port}"
        added["held6" if ":" in one.near else "held4"].append(ends)
    rows = [
        f"add element inet {table} {name} {{ {', '.join(sorted(set(elements)))} }}"
        for name, elements in added.items()
        if elements
    ]
    return "".join(f"{row}\n" for row in rows)
