"""The messenger of a whole engine: news by itself, honest previews, due updates, and what a crash left untold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.notify.receivers import HttpReceiver, http_receiver
from tests.engine.rig import attached, paths_in, running_engine, settled
from tests.waiting import eventually
from warroom.core.commands import Ack, AddNote, CloseIncident, Contain, Notify, OpenIncident, Refused
from warroom.core.model import ActionState, Plan, Severity, Verb
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.ports import AdapterFailed, Receipt
from warroom.core.queries import NotAnswered, NoticeAnswer, PreviewNotice
from warroom.core.settings import BotSettings, Settings
from warroom.core.settings_notify import NotifySettings, UpdateEvery, WebhookChannel
from warroom.engine.engine import Engine

OPEN = OpenIncident("support", "prompt-injection", "It leaks", Severity.SEV1)


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with http_receiver() as made:
        yield made


def settings(folder: Path, url: str, **more: object) -> Settings:
    key = folder / "hook.key"
    key.touch(mode=0o600)
    key.write_text("a key of thirty-two characters..")
    notify = NotifySettings(
        channels={"chat": WebhookChannel(url=url, key_file=str(key), timeout_s=10.0)},
        groups={Audience.SECURITY: ["chat"], Audience.EXECUTIVES: ["chat"]},
        update_every_s=UpdateEvery(sev1=60.0),
    )
    return Settings(bots={"support": BotSettings([str(folder / "bot.log")])}, notify=notify)


def states(engine: Engine) -> list[DeliveryState]:
    return [one.state for one in engine.desk.deliveries.values()]


async def test_news_go_out_by_themselves_and_in_order(tmp_path: Path, receiver: HttpReceiver) -> None:
    room = settings(tmp_path, receiver.url)
    async with running_engine(paths_in(tmp_path), room) as engine, attached(paths_in(tmp_path)) as console:
        assert isinstance(await console.submit(OPEN), Ack)
        assert isinstance(await console.submit(CloseIncident("INC-001", "done")), Ack)
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED] * 2, timeout_s=20)
        assert engine.desk.to_tell == ()
        assert [one.notice.event for one in engine.desk.deliveries.values()] == [Event.TRIGGER, Event.RESOLVE]
    assert len(receiver.taken) == 2


async def test_a_preview_is_what_would_be_sent_and_sends_nothing(tmp_path: Path, receiver: HttpReceiver) -> None:
    room = settings(tmp_path, receiver.url)
    async with running_engine(paths_in(tmp_path), room) as engine, attached(paths_in(tmp_path)) as console:
        await console.submit(OPEN)
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=20)
        told = await console.query(PreviewNotice("INC-001", Audience.EXECUTIVES, note="checkout is slow"))
        assert isinstance(told, NoticeAnswer)
        assert "checkout is slow" in told.text
        assert len(told.channels) == 1
        nobody = await console.query(PreviewNotice("INC-001", Audience.LEGAL))
        assert isinstance(nobody, NoticeAnswer)
        assert "nobody was told" in nobody.word
        assert isinstance(await console.query(PreviewNotice("INC-009", Audience.LEGAL)), NotAnswered)
        assert len(engine.desk.deliveries) == 1


async def test_a_room_without_channels_says_that_nobody_can_be_told(tmp_path: Path) -> None:
    room = Settings(bots={"support": BotSettings([str(tmp_path / "bot.log")])})
    async with running_engine(paths_in(tmp_path), room) as engine, attached(paths_in(tmp_path)) as console:
        await console.submit(OPEN)
        refused = await console.submit(Notify("INC-001", Audience.SECURITY))
        assert isinstance(refused, Refused)
        assert "no [notify] table" in refused.reason
        assert engine.view().incidents[0].update_due is None


async def test_what_a_crash_left_untold_is_told_by_the_next_engine(tmp_path: Path, receiver: HttpReceiver) -> None:
    silent = Settings(bots={"support": BotSettings([str(tmp_path / "bot.log")])})
    async with running_engine(paths_in(tmp_path), silent) as engine, attached(paths_in(tmp_path)) as console:
        await console.submit(OPEN)
        assert len(engine.desk.to_tell) == 1
    async with running_engine(paths_in(tmp_path), settings(tmp_path, receiver.url)) as engine:
        await eventually(lambda: states(engine) == [DeliveryState.ACCEPTED], timeout_s=20)
    paths_in(tmp_path).outbox.unlink()
    async with running_engine(paths_in(tmp_path), settings(tmp_path, receiver.url)) as engine:
        assert states(engine) == [DeliveryState.ACCEPTED]
    assert len(receiver.taken) == 1


async def test_the_next_update_falls_due_by_severity(tmp_path: Path, receiver: HttpReceiver) -> None:
    room = settings(tmp_path, receiver.url)
    async with running_engine(paths_in(tmp_path), room) as engine, attached(paths_in(tmp_path)) as console:
        await console.submit(OPEN)
        opened = engine.desk.incidents["INC-001"].opened
        assert engine.view().incidents[0].update_due == opened + 60.0
        assert isinstance(await console.submit(Notify("INC-001", Audience.EXECUTIVES)), Ack)
        told = engine.desk.incidents["INC-001"].told
        assert told is not None
        assert engine.view().incidents[0].update_due == told + 60.0


class Refusing(NothingDoer):
    """An endpoint that answers each try with text that grows when it is quoted."""

    async def apply(self, plan: Plan, key: str) -> Receipt:
        raise AdapterFailed("//a" + ".a" * 150)


async def test_many_failed_tries_with_answers_of_an_attacker_make_a_notice_and_no_end(
    tmp_path: Path, receiver: HttpReceiver
) -> None:
    paths, room = paths_in(tmp_path), settings(tmp_path, receiver.url)
    adapters = {"support": [Refusing("support")]}
    async with running_engine(paths, room, adapters=adapters) as engine, attached(paths) as console:
        assert isinstance(await console.submit(OPEN), Ack)
        for _ in range(32):
            tried = await console.submit(Contain("support", Verb.DISABLE, "INC-001", "try"))
            assert isinstance(tried, Ack), tried
            await settled(console, tried.ref, ActionState.FAILED)
        for _ in range(10):
            assert isinstance(await console.submit(AddNote("INC-001", "it said //a" + ".a" * 200)), Ack)
        assert isinstance(await console.submit(CloseIncident("INC-001", "done")), Ack)
        await eventually(lambda: engine.desk.to_tell == (), timeout_s=20, what="words for all that happened")
        text = [one.notice.text for one in engine.desk.deliveries.values() if one.notice.event is Event.RESOLVE]
        assert len(text) == 1
        assert "Contact" in text[0]
        assert len(text[0]) > 10_000
