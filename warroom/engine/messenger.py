"""The messenger: writes what people are told, hands it to the outbox, and keeps an eye on updates that fall due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec
from msgspec.structs import replace

from warroom.core.clean import clean
from warroom.core.commands import Notify, SendAgain
from warroom.core.desk import DeliveryRecord, Desk, IncidentRecord
from warroom.core.facts import Fact, NoticeSettled, NoticeWritten, UpdateFellDue
from warroom.core.notice_ports import Channel, Outbox, OutboxError
from warroom.core.notices import OPEN, Audience, Delivery, DeliveryState, Event, honest_word
from warroom.core.ports import Clock
from warroom.core.queries import NotAnswered, NoticeAnswer, PreviewNotice
from warroom.core.reduce import SendNotices, Telling, TellPeople
from warroom.core.settings_notify import NotifySettings
from warroom.core.telling import severity_of, told_word
from warroom.core.view import ActionView, IncidentView, View
from warroom.engine.courier import Courier

_QUEUE = 1000
_LOOK_S = 5.0
_MEND_S = 1.0
_FRESH_S = 900.0
"""News older than this is not told after a restart: it would be read as new."""


class Write(Protocol):
    """Puts an incident, or an action that belongs to none, into words for an audience."""

    def __call__(
        self,
        audience: Audience,
        event: Event,
        incident: IncidentView | None,
        actions: list[ActionView],
        *,
        now: float,
        next_update: float | None,
        impact: str,
    ) -> tuple[str, str]:
        """Return subject and text; without an incident `actions` is the one action that they are about."""
        ...


class Telephone(msgspec.Struct, frozen=True):
    """All that telling people needs of the world."""

    settings: NotifySettings
    outbox: Outbox
    channels: Mapping[str, Channel]
    write: Write
    jitter: Callable[[], float]


class Messenger:
    """Tells people; without a telephone it only says that nobody was told. `run` ends by cancellation."""

    def __init__(
        self,
        clock: Clock,
        telephone: Telephone | None,
        *,
        room: str,
        view: Callable[[], View],
        desk: Callable[[], Desk],
        report: Callable[[Fact], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._telephone = telephone
        self._view = view
        self._desk = desk
        self._report = report
        self._work: asyncio.Queue[Telling] = asyncio.Queue(_QUEUE)
        self._tries: dict[str, Delivery] = {}
        self._courier: Courier | None = None
        if telephone is not None:
            self._courier = Courier(
                clock=clock,
                outbox=telephone.outbox,
                channels=telephone.channels,
                report=self._heard,
                jitter=telephone.jitter,
                holder=f"engine of {room}",
            )

    @property
    def fault(self) -> str:
        """Why the outbox cannot be used at the moment; empty when it can."""
        return self._courier.fault if self._courier is not None else ""

    async def take(self, effect: Telling) -> None:
        """Queue an effect; without a telephone there is nothing to do."""
        if self._telephone is not None:
            await self._work.put(effect)

    async def run(self) -> None:
        """Tell people for ever."""
        if self._telephone is None or self._courier is None:
            return
        await self._resume()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._courier.run(), name="courier")
            tasks.create_task(self._work_for_ever(self._telephone), name="messenger")
            tasks.create_task(self._remind_for_ever(), name="reminder")

    async def _resume(self) -> None:
        """Take up what a former engine left: news that nobody was told of, notices that are not in the outbox."""
        desk, now = self._desk(), self._clock.now()
        for news in desk.to_tell:
            if now - news.at < _FRESH_S:
                await self._work.put(TellPeople(news.seq))
        left = [name for name, one in desk.deliveries.items() if one.state in OPEN]
        if left:
            await self._work.put(SendNotices(left))

    async def _work_for_ever(self, telephone: Telephone) -> None:
        while True:
            match await self._work.get():
                case SendNotices(notices=names):
                    await self._enqueue(telephone, names)
                case TellPeople(seq=seq):
                    await self._tell(telephone, seq)

    async def _enqueue(self, telephone: Telephone, names: list[str]) -> None:
        known = self._desk().deliveries
        notices = [known[name].notice for name in names if name in known]
        while True:
            try:
                await telephone.outbox.enqueue(notices)
                break
            except OutboxError:
                # The journal holds them; the disk is asked until it takes them.
                await self._clock.sleep(_MEND_S)
        if self._courier is not None:
            self._courier.wake()

    async def _tell(self, telephone: Telephone, seq: int) -> None:
        news = next((one for one in self._desk().to_tell if one.seq == seq), None)
        if news is None or not telephone.settings.channels_of(Audience.SECURITY):
            return
        place = news.incident or news.action
        written = self._compose(telephone, place, Audience.SECURITY, news.event, "", about=seq)
        if written is not None:
            await self._report(written)

    def written(self, command: Notify) -> tuple[NoticeWritten | None, str]:
        """Return the notice that a command asks for, or (None, why not)."""
        if self._telephone is None:
            return None, "nobody can be told: the config has no [notify] table"
        made = self._compose(self._telephone, command.incident, command.audience, command.event, command.note)
        return made, "" if made is not None else f"there is no incident {command.incident}"

    def made(self, command: Notify | SendAgain) -> tuple[NoticeWritten | None, str]:
        """Return the notice that a command asks for, where it asks for a new one, and why nothing can be sent."""
        return self.written(command) if isinstance(command, Notify) else (None, self._why_not_again(command))

    def _why_not_again(self, command: SendAgain) -> str:
        """Return why nothing can be sent by the channel of a notice any more; empty where something can."""
        if self._telephone is None:
            return "nobody can be told: the config has no [notify] table"
        known = self._desk().deliveries.get(command.notice)
        if known is None:
            return ""
        audience, channel = known.notice.audience, known.notice.channel
        if channel not in self._telephone.channels:
            return f"there is no channel {channel} in the config any more"
        if channel not in self._telephone.settings.channels_of(audience):
            return f"{channel} is no channel of {audience} in the config any more: others would read it"
        return ""

    def preview(self, asked: PreviewNotice) -> NoticeAnswer | NotAnswered:
        """Return the text as it would be sent, to whom, and what is honest to say of it."""
        written, fault = self.written(Notify(asked.incident, asked.audience, asked.event, asked.note))
        if written is None or self._telephone is None:
            return NotAnswered(fault)
        places = [f"{name}: {self._telephone.channels[name].describe()}" for name in written.channels]
        word = honest_word(asked.audience, written.channels, [], self._clock.now())
        return NoticeAnswer(clean(written.subject, 300), written.text, places, word)

    def _compose(
        self, telephone: Telephone, name: str, audience: Audience, event: Event, note: str, *, about: int = 0
    ) -> NoticeWritten | None:
        view = self._view()
        incident = next((one for one in view.incidents if one.id == name), None)
        if incident is None:
            return self._compose_of_action(telephone, view, name, audience, event, note, about)
        now = self._clock.now()
        actions = [action for action in view.actions if action.incident == name]
        every = telephone.settings.update_every_s.seconds(incident.severity)
        following = now + every if every and incident.open and event is not Event.RESOLVE else None
        subject, text = telephone.write(
            audience, event, incident, actions, now=now, next_update=following, impact=clean(note, 2000)
        )
        channels = telephone.settings.channels_of(audience)
        return NoticeWritten(name, audience, event, incident.severity, subject, text, channels, about)

    def _compose_of_action(
        self, telephone: Telephone, view: View, name: str, audience: Audience, event: Event, note: str, about: int
    ) -> NoticeWritten | None:
        record, action = self._desk().actions.get(name), next((one for one in view.actions if one.id == name), None)
        if record is None or action is None:
            return None
        now, impact = self._clock.now(), clean(note, 2000)
        subject, text = telephone.write(audience, event, None, [action], now=now, next_update=None, impact=impact)
        channels = telephone.settings.channels_of(audience)
        return NoticeWritten("", audience, event, severity_of(record), subject, text, channels, about, name)

    async def _heard(self, row: Delivery) -> None:
        """Take what the courier says of a try; its end becomes a fact."""
        self._tries[row.notice] = row
        if row.state in OPEN:
            return
        await self._report(
            NoticeSettled(row.notice, row.incident, row.channel, row.state, row.tries, row.error, row.round)
        )
        self._tries.pop(row.notice, None)

    async def _remind_for_ever(self) -> None:
        while True:
            await self._clock.sleep(_LOOK_S)
            now = self._clock.now()
            for incident in self._desk().incidents.values():
                due = self.update_due(incident)
                if due is not None and due <= now and incident.reminded < due:
                    await self._report(UpdateFellDue(incident.id, due))

    def update_due(self, incident: IncidentRecord) -> float | None:
        """Return when the next update falls due (seconds since the epoch); None when none is promised."""
        if self._telephone is None or not incident.open:
            return None
        every = self._telephone.settings.update_every_s.seconds(incident.severity)
        return (incident.told or incident.opened) + every if every else None

    def deliveries(self) -> list[Delivery]:
        """Return what is on its way and what became of the rest, in the order written."""
        return [self._seen(name, record) for name, record in self._desk().deliveries.items()]

    def _seen(self, name: str, record: DeliveryRecord) -> Delivery:
        tried = self._tries.get(name)
        if tried is None or tried.round != record.notice.round:
            return _row(record)
        return replace(tried, again_by=record.again_by, again_at=record.again_at)

    def told(self, deliveries: Sequence[Delivery]) -> dict[str, str]:
        """Return for each action in one sentence who was told how it stands; empty where that is no news."""
        channels = [] if self._telephone is None else self._telephone.settings.channels_of(Audience.SECURITY)
        now, actions = self._clock.now(), self._desk().actions.values()
        return {one.id: told_word(one, channels, deliveries, now) for one in actions}


def _row(record: DeliveryRecord) -> Delivery:
    notice = record.notice
    return Delivery(
        notice=notice.id,
        incident=notice.incident,
        audience=notice.audience,
        channel=notice.channel,
        event=notice.event,
        subject=notice.subject,
        created=notice.created,
        state=record.state,
        tries=record.tries,
        next_try=notice.created if record.state in OPEN else None,
        error=record.text,
        accepted=record.settled if record.state is DeliveryState.ACCEPTED else None,
        queue=notice.queue,
        round=notice.round,
        again_by=record.again_by,
        again_at=record.again_at,
    )
