"""The signed POST: what leaves, and what each answer means."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import msgspec
import pytest

from tests.adapters.notify.conftest import SecretFile
from tests.adapters.notify.receivers import HttpReceiver, Request, notice
from tests.adapters.time_over import PATIENCE_S, LoopClock
from warroom.adapters.clock import SystemClock
from warroom.adapters.notify.webhook import WebhookSender
from warroom.core.notice_ports import Sending
from warroom.core.notices import Audience
from warroom.core.ports import Checked
from warroom.core.settings_notify import WebhookChannel

KEY = b"a planted key of the hook"


@pytest.fixture
def key_file(secret_file: SecretFile) -> str:
    return secret_file("hook.key", KEY + b"\n")


def channel(url: str, key_file: str, timeout_s: float = PATIENCE_S) -> WebhookSender:
    return WebhookSender(WebhookChannel(url=url, key_file=key_file, timeout_s=timeout_s), SystemClock())


async def test_the_receiver_can_tell_who_sent_it_and_whether_it_has_it(receiver: HttpReceiver, key_file: str) -> None:
    sender = channel(receiver.url, key_file)
    sent = [await sender.send(notice(1)), await sender.send(notice(1))]
    assert [one.how for one in sent] == [Sending.ACCEPTED] * 2
    first, second = receiver.requests
    assert len(receiver.taken) == 1
    assert first.body == second.body
    for one in receiver.requests:
        assert one.headers["webhook-id"] == one.headers["idempotency-key"] == notice(1).key
        signed = f"{notice(1).key}.{one.headers['webhook-timestamp']}.".encode() + one.body
        digest = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        assert one.headers["webhook-signature"] == f"v1,{digest}"
    assert first.json["type"] == "warroom.incident.update"
    assert first.json["data"] == {
        "incident": "INC-001",
        "dedup": "INC-001",
        "audience": "security",
        "event": "update",
        "severity": "SEV2",
        "subject": notice(1).subject,
        "text": notice(1).text,
    }


@pytest.mark.parametrize(
    ("status", "how"),
    [
        (200, Sending.ACCEPTED),
        (204, Sending.ACCEPTED),
        (302, Sending.DEAD),
        (400, Sending.DEAD),
        (401, Sending.DEAD),
        (404, Sending.DEAD),
        (408, Sending.RETRY),
        (409, Sending.RETRY),
        (429, Sending.RETRY),
        (500, Sending.RETRY),
        (503, Sending.RETRY),
    ],
)
async def test_each_answer_has_its_meaning(receiver: HttpReceiver, key_file: str, status: int, how: Sending) -> None:
    receiver.answers = lambda request: status
    receiver.says = lambda request: b"" if status == 204 else b"said\x1b[2J"
    sent = await channel(receiver.url, key_file).send(notice(1))
    assert sent.how is how
    assert f"answers {status}" in sent.text
    assert "\x1b" not in sent.text


async def test_no_contact_and_a_lost_answer_are_tried_again(receiver: HttpReceiver, key_file: str) -> None:
    receiver.drops = lambda request: True
    assert (await channel(receiver.url, key_file).send(notice(1))).how is Sending.RETRY
    receiver.drops = lambda request: False
    clock = LoopClock()

    def take(request: Request) -> int:
        clock.forward()
        return 202

    receiver.gate.clear()
    receiver.answers = take
    slow = await channel(receiver.url, key_file).send(notice(2))
    assert slow.how is Sending.RETRY
    assert "no answer within 30 s" in slow.text
    receiver.gate.set()
    receiver.down()
    gone = await channel(receiver.url, key_file).send(notice(3))
    assert gone.how is Sending.RETRY
    assert "refused" in gone.text


async def test_a_key_that_cannot_be_used_sends_nothing_and_is_tried_again(
    receiver: HttpReceiver, key_file: str
) -> None:
    Path(key_file).chmod(0o644)
    sent = await channel(receiver.url, key_file).send(notice(1))
    assert sent.how is Sending.RETRY
    assert f"chmod 600 {key_file}" in sent.text
    (check,) = await channel(receiver.url, key_file).check()
    assert check.state is Checked.FAILED
    Path(key_file).chmod(0o600)
    (check,) = await channel(receiver.url, key_file).check()
    assert check.state is Checked.OK
    Path(key_file).unlink()
    assert "cannot be read" in (await channel(receiver.url, key_file).send(notice(1))).text
    assert receiver.requests == []


@pytest.mark.parametrize(
    "changes", [{"key": "a\r\nX-Evil: 1"}, {"subject": "a\nb"}, {"audience": Audience.CUSTOMERS}, {"text": "a\x00"}]
)
async def test_what_no_machine_may_send_does_not_leave(
    receiver: HttpReceiver, key_file: str, changes: dict[str, str]
) -> None:
    sent = await channel(receiver.url, key_file).send(msgspec.structs.replace(notice(1), **changes))
    assert sent.how is Sending.DEAD
    assert sent.text.startswith("not sent: ")
    assert receiver.requests == []


async def test_neither_path_nor_key_of_the_address_is_shown(receiver: HttpReceiver, key_file: str) -> None:
    url = f"http://127.0.0.1:{receiver.port}/services/planted-in-the-path"
    sender = channel(url, key_file)
    receiver.answers = lambda request: 400
    receiver.says = lambda request: b"your key is " + KEY
    sent = await sender.send(notice(1))
    assert receiver.requests[0].path == "/services/planted-in-the-path"
    for text in (sender.describe(), repr(sender), sent.text):
        assert "planted" not in text
    assert sender.describe() == f"webhook at http://127.0.0.1:{receiver.port}/•••"
