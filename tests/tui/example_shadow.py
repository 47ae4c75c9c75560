"""What an engine tells of a bot's last hour, made up for the console's tests."""

from __future__ import annotations

from tests.tui.example import NOW
from warroom.core.blast import Blast
from warroom.core.queries import ShadowAnswer
from warroom.core.record import Coverage
from warroom.core.shadow import ShadowResult


def shadow_answer(requests: int, users: int, hostile: int, why: str = "") -> ShadowAnswer:
    """Return an answer about everything that a bot served; `why` says why it does not reach a whole hour back."""
    since = NOW - (600.0 if why else 3600.0)
    blast = Blast(users, requests, hostile, [], [], NOW, since, NOW)
    result = ShadowResult(requests, requests, 0, users, users, hostile, hostile, [], since, NOW, 0, 0, 0, 0, 0, 0, {})
    return ShadowAnswer("everything", blast, result, Coverage(since, NOW, not why, why, 1000, 0.01))
