"""Facts of telling people: what was written for whom, what became of it, what fell due."""

from __future__ import annotations

from warroom.core.facts_contain import Happened
from warroom.core.model import Severity
from warroom.core.notices import Audience, DeliveryState, Event


class NoticeWritten(Happened, frozen=True):
    """A text for an audience, on its way to channels; without channels it is a draft that a person sends."""

    incident: str
    """Empty for an action that belongs to none."""
    audience: Audience
    event: Event
    severity: Severity
    subject: str
    text: str
    channels: list[str]
    about: int = 0
    """Sequence number of the entry that it tells of; 0 when a person asked for it."""
    action: str = ""
    """The action that it is about where there is no incident."""

    @property
    def place(self) -> str:
        """What it is about: its incident or its action."""
        return self.incident or self.action


class NoticeSettled(Happened, frozen=True):
    """A receiver took a notice, or it was given up."""

    notice: str
    incident: str
    """The incident that the notice is about, or the action that belongs to none."""
    channel: str
    state: DeliveryState
    tries: int
    text: str
    """What the receiver said or what went wrong, without secrets."""
    round: int = 0
    """Which sending of it ended: 0 for the first, then one more each time that somebody had it sent again."""


class NoticeRevived(Happened, frozen=True):
    """Somebody had a notice that was given up sent again: the same text under the same key."""

    notice: str
    incident: str
    """The incident that the notice is about, or the action that belongs to none."""
    channel: str
    round: int


class UpdateFellDue(Happened, frozen=True):
    """The next update that people wait for is due and was not sent."""

    incident: str
    due: float
