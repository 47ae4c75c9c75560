"""Planted secrets: sent where they belong, and found in no log, error, report, repr or database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path

import msgspec
import pytest

from tests.adapters.notify.conftest import SecretFile
from tests.adapters.notify.receivers import HttpReceiver, MailServer, Request, mail_server, notice
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import eventually
from warroom.adapters.clock import SystemClock
from warroom.adapters.notify.build import channels_for
from warroom.adapters.notify.outbox import SqliteOutbox
from warroom.core.notices import Delivery, DeliveryState, honest_word
from warroom.core.settings_notify import (
    AppriseChannel,
    ChannelSettings,
    NotifySettings,
    PagerDutyChannel,
    SmtpChannel,
    WebhookChannel,
    notify_faults,
)
from warroom.engine.courier import Courier

HOOK, ROUTING, PASSWORD, SERVICE = b"PLANTED-hook", b"PLANTED-routing", b"PLANTED-password", b"PLANTED-service"


def settings(receiver: HttpReceiver, server: MailServer, secret_file: SecretFile) -> NotifySettings:
    service = b"json://user:%s@127.0.0.1:%d/%s?+X-Token=%s" % (SERVICE, receiver.port, SERVICE, SERVICE)
    return NotifySettings(
        channels={
            "hook": WebhookChannel(
                url=f"{receiver.url}/PLANTED-path", key_file=secret_file("hook.key", HOOK), timeout_s=PATIENCE_S
            ),
            "pager": PagerDutyChannel(
                routing_key_file=secret_file("pager.key", ROUTING), url=receiver.url, timeout_s=PATIENCE_S
            ),
            "mail": SmtpChannel(
                host="127.0.0.1",
                port=server.port,
                sender="a@b.c",
                to=["d@e.f"],
                starttls=False,
                user="u",
                password_file=secret_file("mail.password", PASSWORD),
                timeout_s=PATIENCE_S,
            ),
            "other": AppriseChannel(url_file=secret_file("other.url", service), timeout_s=PATIENCE_S),
        }
    )


def _said_back(request: Request) -> bytes:
    key = HOOK if "webhook-id" in request.headers else b""
    return b"you said " + key + request.path.encode() + request.body + repr(request.headers).encode()


async def test_no_secret_leaves_but_to_its_receiver(
    tmp_path: Path,
    receiver: HttpReceiver,
    secret_file: SecretFile,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[Delivery] = []
    seen: list[object] = []

    async def report(row: Delivery) -> None:
        told.append(row)

    async with mail_server() as server, SqliteOutbox(tmp_path / "room" / "outbox.db") as outbox:
        # Everybody is hostile: what came is said back, and refused.
        server.replies = {"AUTH": f"454 you said {PASSWORD.decode()}", "greeting": f"220 {PASSWORD.decode()}"}
        statuses = iter([500, 503, 429] * 1000)
        receiver.answers = lambda request: next(statuses)
        receiver.says = _said_back
        config = settings(receiver, server, secret_file)
        channels = channels_for(config, SystemClock())
        courier = Courier(
            clock=SystemClock(), outbox=outbox, channels=channels, report=report, jitter=lambda: 1.0, holder="engine"
        )
        seen += [channels, courier]
        await outbox.enqueue([notice(1, channel=name) for name in channels])
        task = asyncio.create_task(courier.run())
        for name in channels:
            await eventually(lambda name=name: sum(row.channel == name for row in told) >= 3, timeout_s=60.0)  # type: ignore[misc]
        receiver.answers = lambda request: 400
        server.replies = {"AUTH": f"535 you said {PASSWORD.decode()}"}
        receiver.down()
        await eventually(
            lambda: any(row.channel == "mail" and row.state is DeliveryState.DEAD for row in told), timeout_s=60.0
        )
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        seen += [[one.describe(), await one.check()] for one in channels.values()]
        seen += [told, await outbox.deliveries(), honest_word(notice(1).audience, list(channels), told, 2e9)]
        files = b"".join(path.read_bytes() for path in (tmp_path / "room").iterdir())
    assert ROUTING in b"".join(one.body for one in receiver.requests)
    assert SERVICE.decode() in {one.headers.get("x-token") for one in receiver.requests}
    assert server.logins
    printed = capfd.readouterr()
    own = repr(seen) + caplog.text + printed.out + printed.err
    assert "PLANTED" not in own
    assert b"PLANTED" not in files
    assert len(told) >= 12


def test_a_secret_in_the_config_is_refused_and_not_repeated() -> None:
    channels: dict[str, ChannelSettings] = {
        "a": WebhookChannel(url="https://u:PLANTED@h/", key_file="/k"),
        "b": PagerDutyChannel(routing_key_file="/k", url="https://h/?PLANTED"),
    }
    faults = list(notify_faults(NotifySettings(channels=channels)))
    assert len(faults) == 2
    assert "PLANTED" not in repr(faults)
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert({"channels": {"a": {"kind": "apprise", "url": "slack://PLANTED"}}}, NotifySettings)
    assert "PLANTED" not in str(caught.value)
