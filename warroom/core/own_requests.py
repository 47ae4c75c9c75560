"""Which requests in a bot's log are our own: those of its probes, which are no users. Pure.

Known by the name that our requests give themselves (`AGENT`), where the log tells the user agent, and by the user and
the session in the body of the bot's probe, where it tells those. Anybody may call himself so: they are left out of
counts of users alone, and counted; a line that was found hostile never is (`core.requests`). Detectors and rules see
these lines like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from warroom.core.record import Record
from warroom.core.settings import Settings
from warroom.core.settings_probe import ProbeSettings

AGENT = "warroom"
"""How the user agent of all our requests begins."""
_AGENT_FIELDS = ("user_agent", "user_agent.original", "http.user_agent", "http_user_agent", "userAgent", "ua", "agent")
_USER_FIELDS = frozenset({"user", "user_id", "userId", "username", "user.id", "enduser.id"})
_SESSION_FIELDS = frozenset({"session", "session_id", "sessionId", "conversation", "conversation_id", "thread_id"})

Own = Callable[[Record], bool]
"""Says whether a line tells of a request of ours."""


def nothing_of_ours(_: Record) -> bool:
    """No line is ours."""
    return False


class OwnRequests:
    """Knows the lines of a bot's probe."""

    def __init__(self, probe: ProbeSettings | None) -> None:
        bodies = [] if probe is None else [probe.body, *(one.body for one in probe.verbs.values() if one.body)]
        found = [pair for body in bodies for pair in _fields(body)]
        self._users = frozenset(value for name, value in found if name in _USER_FIELDS)
        self._sessions = frozenset(value for name, value in found if name in _SESSION_FIELDS)

    def __call__(self, record: Record) -> bool:
        """Whether its user, its session or its user agent is ours."""
        if record.user in self._users or record.session in self._sessions:
            return True
        attrs = record.attrs
        return any(_ours(attrs[name]) for name in _AGENT_FIELDS if name in attrs)


def probe_of(settings: Settings, bot: str) -> ProbeSettings | None:
    """Return how a bot's ordinary endpoint is looked at; None for one that is not, or not in the config."""
    found = settings.bots.get(bot)
    return None if found is None else found.probe


def _ours(agent: object) -> bool:
    return isinstance(agent, str) and (agent == AGENT or agent.startswith(f"{AGENT}-"))


def _fields(body: str) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers at the top of a JSON body; nothing of any other."""
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return
    if isinstance(found, dict):
        for name, value in found.items():
            if value != "" and isinstance(value, str | int) and not isinstance(value, bool):
                yield name, str(value)
