"""Notices in each state, and a room that can tell people, made up for the console's tests."""

from __future__ import annotations

import msgspec

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_room import FakeRoom
from warroom.core.notices import Audience, Delivery, DeliveryState, Event
from warroom.core.queries import NoticeAnswer, PreviewNotice, Query, QueryAnswer
from warroom.core.view import View

S = DeliveryState


def delivery(number: int, state: DeliveryState, channel: str = "pager", **fields: object) -> Delivery:
    """Return one row of the outbox."""
    made = Delivery(
        f"INC-001-{number}-security-{channel}", "INC-001", Audience.SECURITY, channel, Event.UPDATE,
        "Bot mail leaks customer data: contained, proved from outside", NOW - 600 + number, state, 1, None, "", None,
    )  # fmt: skip
    return msgspec.structs.replace(made, **fields)


OUTBOX = [
    delivery(1, S.ACCEPTED, accepted=NOW - 500, error="202 accepted"),
    delivery(2, S.DEAD, "mail", tries=60, error="550 no such user", audience=Audience.LEGAL),
    delivery(3, S.PENDING, "mail", tries=4, next_try=NOW + 30, error="connection refused"),
    delivery(4, S.PENDING, "chat", tries=0, next_try=NOW),
    delivery(5, S.LEASED, "hook", tries=1, next_try=NOW + 10),
]


def telling_view(due_s: float | None = None) -> View:
    """Return the example room with an outbox; the next update of its incident is due in `due_s`."""
    view = example_view()
    due = None if due_s is None else NOW + due_s
    incidents = [msgspec.structs.replace(one, update_due=due) for one in view.incidents]
    return msgspec.structs.replace(view, outbox=OUTBOX, incidents=incidents)


class TellingRoom(FakeRoom):
    """A fake room that shows what a notice would say."""

    def __init__(self, view: View | None = None) -> None:
        super().__init__(view or telling_view(), log_lines())
        self.notice = NoticeAnswer(
            "Bot mail leaks",
            "It is contained.\n\nNext word in 30 minutes.",
            ["pager (https)", "chat: POST https://hooks.example.org"],
            "",
        )
        self.previews: list[PreviewNotice] = []

    async def query(self, query: Query) -> QueryAnswer:
        """Answer previews; everything else as before."""
        if isinstance(query, PreviewNotice):
            self.previews.append(query)
            return self.notice
        return await super().query(query)
