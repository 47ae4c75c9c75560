"""Settings of telling people: `[notify]` with its channels, who is reached by which, and when an update is due.

Paths are absolute by the time they are here. No value holds a secret: passwords, keys and addresses that are secrets
lie in files that the engine's account alone may read. docs/notify.md says more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

import msgspec

from warroom.core.clean import clean
from warroom.core.model import Severity
from warroom.core.notices import Audience

Fault = tuple[tuple[str, ...], str]
"""The key's path and what is wrong with its value; no value of a key that may hold a secret is repeated."""

PATH_KEYS = ("key_file", "password_file", "routing_key_file", "url_file")
"""Keys of channels that are paths; `templates` of `[notify]` is one too."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
LONGEST_S = 25.0
"""Longest time for one answer: twice of it still fits into one sending."""
PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue"


class _Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all channels have."""


class WebhookChannel(_Channel, frozen=True, tag="webhook", kw_only=True):
    """A signed POST to a service of your own."""

    url: str
    key_file: str
    """File with the HMAC key."""
    timeout_s: float = 5.0


class SmtpChannel(_Channel, frozen=True, tag="smtp", kw_only=True):
    """Mail through a server of yours."""

    host: str
    port: int = 587
    """Port 465 speaks TLS from the first byte."""
    sender: str
    to: list[str]
    user: str = ""
    password_file: str = ""
    starttls: bool = True
    timeout_s: float = 10.0
    """Time for one answer of the server; a whole delivery may take twice as long."""


class PagerDutyChannel(_Channel, frozen=True, tag="pagerduty", kw_only=True):
    """An integration of PagerDuty (Events API v2)."""

    routing_key_file: str
    url: str = PAGERDUTY_URL
    timeout_s: float = 5.0


class AppriseChannel(_Channel, frozen=True, tag="apprise", kw_only=True):
    """One of the services that the library apprise knows."""

    url_file: str
    """File with the service's one address."""
    timeout_s: float = 10.0


ChannelSettings = WebhookChannel | SmtpChannel | PagerDutyChannel | AppriseChannel
"""The kinds of channels, told apart by `kind`."""


class UpdateEvery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds between two updates while an incident is open; 0 promises none."""

    sev1: float = 1800.0
    sev2: float = 7200.0
    sev3: float = 28_800.0
    sev4: float = 86_400.0

    def seconds(self, severity: Severity) -> float:
        """Return the time of one severity."""
        return float(getattr(self, severity.value.lower()))


class NotifySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told, by what, and how often."""

    channels: dict[str, ChannelSettings] = {}
    """Ways to reach people, by names of your own."""
    groups: dict[Audience, list[str]] = {}
    """Names of the channels that reach each audience."""
    update_every_s: UpdateEvery = UpdateEvery()
    contact: str = ""
    """Where readers of a notice ask, such as a phone number; empty names the incident commander."""
    templates: str = ""
    """Folder with texts of your own."""

    def channels_of(self, audience: Audience) -> list[str]:
        """Return the channels that reach an audience; none for customers, whom only people write to."""
        return [] if audience is Audience.CUSTOMERS else self.groups.get(audience, [])


def notify_faults(notify: NotifySettings, at: tuple[str, ...] = ("notify",)) -> Iterator[Fault]:
    """Yield every value that no room can work with, in the order of the settings."""
    for name, channel in notify.channels.items():
        place = (*at, "channels", name)
        if not _NAME.fullmatch(name):
            yield place, "a channel's name has up to 32 small letters, digits and hyphens"
        yield from _seconds(channel.timeout_s, (*place, "timeout_s"))
        match channel:
            case WebhookChannel() | PagerDutyChannel():
                yield from _url(channel.url, (*place, "url"))
            case SmtpChannel():
                yield from _smtp(channel, place)
            case AppriseChannel():
                pass
        for key in PATH_KEYS:
            if getattr(channel, key, None) == "" and key != "password_file":
                yield (*place, key), "names no file"
    for audience, names in notify.groups.items():
        yield from _group(notify, audience, names, (*at, "groups", audience.value))
    for severity in Severity:
        every = notify.update_every_s.seconds(severity)
        if not (math.isfinite(every) and (every == 0 or every >= 60)):
            yield (*at, "update_every_s", severity.value.lower()), "must be 0 or at least 60 seconds"
    if clean(notify.contact) != notify.contact or len(notify.contact) > 200:
        yield (*at, "contact"), "has up to 200 visible characters"


def _group(notify: NotifySettings, audience: Audience, names: list[str], at: tuple[str, ...]) -> Iterator[Fault]:
    if audience is Audience.CUSTOMERS and names:
        yield at, "no channel may reach customers: warroom writes a draft, a person sends it"
    for name in names:
        if name not in notify.channels:
            known = ", ".join(notify.channels) or "none"
            yield at, f"{clean(name, 60)} is no channel; there are: {clean(known, 300)}"
    if len(set(names)) < len(names):
        yield at, "names a channel twice"


def _smtp(smtp: SmtpChannel, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _HOST.fullmatch(smtp.host):
        yield (*at, "host"), f"{clean(smtp.host, 80)} is no name or address of a host"
    if not 1 <= smtp.port <= 65535:
        yield (*at, "port"), "must be 1 to 65535"
    if not _MAILBOX.fullmatch(smtp.sender):
        yield (*at, "sender"), f"{clean(smtp.sender, 80)} is no address such as warroom@example.org"
    if not smtp.to:
        yield (*at, "to"), "names nobody"
    for mailbox in smtp.to:
        if not _MAILBOX.fullmatch(mailbox):
            yield (*at, "to"), f"{clean(mailbox, 80)} is no address such as security@example.org"
    if bool(smtp.user) != bool(smtp.password_file):
        yield (*at, "user"), "needs a password_file beside it, and the other way round"
    if not (smtp.user.isascii() and smtp.user.isprintable()):
        yield (*at, "user"), "must be visible ASCII"
    if smtp.password_file and not (smtp.starttls or smtp.port == 465 or smtp.host in _LOOPBACK):
        yield (*at, "starttls"), "must be true: a password would cross the network in clear"


def _url(text: str, at: tuple[str, ...]) -> Iterator[Fault]:
    """A fault never repeats the address: somebody may have put a password into it."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and clean(text) == text
    except ValueError:
        parts, fine = SplitResult("", "", "", "", ""), False
    if not fine:
        yield at, "is no address such as https://hooks.example.org/warroom"
    elif parts.username is not None or parts.query or parts.fragment:
        text = "must hold no password and no query: an address that is a secret belongs in the url_file of kind apprise"
        yield at, text


def _seconds(value: float, at: tuple[str, ...]) -> Iterator[Fault]:
    if not (math.isfinite(value) and 0 < value <= LONGEST_S):
        yield at, f"must be more than 0 and at most {LONGEST_S:g}, not {value:g}"
