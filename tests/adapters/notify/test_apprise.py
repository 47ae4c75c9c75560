"""Services that apprise knows, against a real receiver on this host; of an address only the schema is ever shown."""

from __future__ import annotations

import logging

import msgspec
import pytest

from tests.adapters.notify.conftest import SecretFile
from tests.adapters.notify.receivers import HttpReceiver, notice
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.notify.apprise import AppriseSender
from warroom.core.notice_ports import Sending
from warroom.core.notices import Audience
from warroom.core.ports import Checked
from warroom.core.settings_notify import AppriseChannel


def address(receiver: HttpReceiver, more: str = "") -> bytes:
    """Return an address with a password, a path and a header that are secrets."""
    place = f"user:planted-password@127.0.0.1:{receiver.port}/planted-path"
    return f"json://{place}/?+X-Token=planted-header{more}\n".encode()


def sender(secret_file: SecretFile, content: bytes, timeout_s: float = PATIENCE_S) -> AppriseSender:
    return AppriseSender(AppriseChannel(url_file=secret_file("service.url", content), timeout_s=timeout_s))


async def test_a_notice_arrives_with_the_id_that_tells_a_repeat(
    receiver: HttpReceiver, secret_file: SecretFile
) -> None:
    sent = await sender(secret_file, address(receiver)).send(notice(1))
    assert sent.how is Sending.ACCEPTED
    assert sent.text == "json by apprise: accepted"
    (request,) = receiver.requests
    assert request.json["title"] == notice(1).subject
    assert "news 1" in request.json["message"]
    assert notice(1).key in request.json["message"]
    assert request.headers["x-token"] == "planted-header"


async def test_braces_and_escapes_in_a_notice_are_only_text(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    text = r"{{ app_id }} \n \x41 :smile: <b>bold</b> {0}"
    await sender(secret_file, address(receiver)).send(notice(1, text=text))
    assert text in receiver.requests[0].json["message"]


@pytest.mark.parametrize("status", [302, 400, 401, 429, 500, 503])
async def test_whatever_fails_is_tried_again_by_the_outbox_and_not_in_memory(
    receiver: HttpReceiver, secret_file: SecretFile, status: int
) -> None:
    receiver.answers = lambda request: status
    sent = await sender(secret_file, address(receiver)).send(notice(1))
    assert sent.how is Sending.RETRY
    assert "planted" not in sent.text
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_nobody_is_sent_on_to_another_address(
    receiver: HttpReceiver, secret_file: SecretFile, status: int
) -> None:
    receiver.location = f"http://127.0.0.1:{receiver.port}/elsewhere"
    receiver.answers = lambda request: status
    assert (await sender(secret_file, address(receiver)).send(notice(1))).how is Sending.RETRY
    assert [one.path for one in receiver.requests] == ["/planted-path/"]


async def test_a_service_that_hangs_is_left(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    receiver.gate.clear()
    sent = await sender(secret_file, address(receiver, "&rto=0.3"), timeout_s=0.2).send(notice(1))
    assert sent.how is Sending.RETRY
    receiver.gate.set()


async def test_no_contact_is_tried_again(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    receiver.down()
    sent = await sender(secret_file, address(receiver)).send(notice(1))
    assert sent.how is Sending.RETRY


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nosuchservice://planted/planted", "apprise cannot use this nosuchservice address"),
        (b"slack://", "the file must hold one address"),
        (b"slack://planted", "apprise cannot use this slack address"),
        (b"planted", "the file must hold one address"),
        (b"json://planted\njson://planted", "one address in one line"),
        (b"json://planted, json://planted", "the file must hold one address"),
        (b"json://planted json://planted", "the file must hold one address"),
    ],
)
async def test_an_address_that_is_none_says_that_nobody_was_told(
    secret_file: SecretFile, content: bytes, words: str
) -> None:
    channel = sender(secret_file, content)
    sent = await channel.send(notice(1))
    assert sent.how is Sending.DEAD
    assert sent.text.startswith("nobody was told: ")
    assert words in sent.text
    checks = await channel.check()
    assert [one.state for one in checks] == [Checked.OK, Checked.FAILED]
    assert "planted" not in sent.text + channel.describe() + repr(channel) + repr(checks)


async def test_a_good_address_is_shown_by_its_schema(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    channel = sender(secret_file, address(receiver))
    checks = await channel.check()
    assert [one.state for one in checks] == [Checked.OK, Checked.OK]
    assert checks[1].text == "json://•••"
    assert receiver.requests == []
    assert "planted" not in repr(checks) + channel.describe()


async def test_a_file_that_others_may_read_sends_nothing(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    path = secret_file("service.url", address(receiver), 0o644)
    channel = AppriseSender(AppriseChannel(url_file=path))
    assert (await channel.send(notice(1))).how is Sending.RETRY
    assert [one.state for one in await channel.check()] == [Checked.FAILED]
    assert receiver.requests == []


async def test_what_no_machine_may_send_does_not_leave(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    draft = msgspec.structs.replace(notice(1), audience=Audience.CUSTOMERS)
    assert (await sender(secret_file, address(receiver)).send(draft)).how is Sending.DEAD
    assert receiver.requests == []


async def test_its_library_writes_no_address_into_a_log(
    receiver: HttpReceiver, secret_file: SecretFile, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = lambda request: 500
    await sender(secret_file, address(receiver)).send(notice(1))
    receiver.down()
    await sender(secret_file, address(receiver)).send(notice(1))
    await sender(secret_file, b"slack://planted").send(notice(1))
    printed = capfd.readouterr()
    assert "planted" not in caplog.text + printed.out + printed.err
