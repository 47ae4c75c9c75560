"""Channels from settings, and what is said where a library is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.notify.conftest import SecretFile
from tests.adapters.notify.receivers import HttpReceiver, mail_server, notice
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.clock import SystemClock
from warroom.adapters.notify.build import ExtraMissing, channel_for, channels_for
from warroom.core.notice_ports import Channel, Sending
from warroom.core.settings_notify import (
    AppriseChannel,
    NotifySettings,
    PagerDutyChannel,
    SmtpChannel,
    WebhookChannel,
)

ROOT = Path(__file__).parents[3]


async def test_every_kind_of_channel_is_built_and_reaches_its_receiver(
    receiver: HttpReceiver, secret_file: SecretFile
) -> None:
    path = secret_file("key", b"a-key")
    service = secret_file("url", f"json://127.0.0.1:{receiver.port}/x".encode())
    async with mail_server() as server:
        settings = NotifySettings(
            channels={
                "hook": WebhookChannel(url=receiver.url, key_file=path, timeout_s=PATIENCE_S),
                "pager": PagerDutyChannel(routing_key_file=path, url=receiver.url, timeout_s=PATIENCE_S),
                "mail": SmtpChannel(
                    host="127.0.0.1",
                    port=server.port,
                    sender="a@b.c",
                    to=["d@e.f"],
                    starttls=False,
                    timeout_s=PATIENCE_S,
                ),
                "other": AppriseChannel(url_file=service, timeout_s=PATIENCE_S),
            }
        )
        channels: dict[str, Channel] = channels_for(settings, SystemClock())
        assert [one.kind for one in channels.values()] == ["webhook", "pagerduty", "smtp", "apprise"]
        for one in channels.values():
            assert (await one.send(notice(1))).how is Sending.ACCEPTED
            assert one.describe()
    assert len(receiver.requests) == 3
    assert len(server.mails) == 1


def test_a_missing_library_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.delitem(sys.modules, "warroom.adapters.notify.apprise", raising=False)
    with pytest.raises(ExtraMissing, match=r"pip install 'warroom\[notify\]'"):
        channel_for(AppriseChannel(url_file="/u"), SystemClock())


def test_apprise_is_loaded_for_who_uses_it_alone() -> None:
    code = "import sys, warroom.adapters.notify.build; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0
