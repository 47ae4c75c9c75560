"""Mail through a real server on this host: what arrives, what is refused, and how long it may take."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.notify.conftest import SecretFile
from tests.adapters.notify.receivers import MailServer, mail_server, notice
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import eventually
from warroom.adapters.notify.smtp import SmtpSender, mail_of
from warroom.core.notice_ports import Sending
from warroom.core.ports import Checked
from warroom.core.settings_notify import SmtpChannel

PASSWORD = "planted-password"


def settings(server: MailServer, **changes: Any) -> SmtpChannel:
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "sender": "warroom@example.org",
        "to": ["ana@example.org", "kim@example.org"],
        "starttls": False,
        "timeout_s": PATIENCE_S,
    }
    return SmtpChannel(**{**values, **changes})


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process trusts."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    more = ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1"]
    try:
        subprocess.run(
            [*words, *more, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True, timeout=60
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed, so there is no certificate to test TLS with")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_mail_arrives_whole_and_a_repeat_can_be_told() -> None:
    told = notice(1, text="Grüße\n.a line with a dot\n" + "long " * 400 + "\n")
    async with mail_server() as server:
        sender = SmtpSender(settings(server))
        sent = [await sender.send(told), await sender.send(told), await sender.send(notice(2))]
    assert [one.how for one in sent] == [Sending.ACCEPTED] * 3
    first, second, third = (email.message_from_string(one, policy=email.policy.default) for one in server.mails)
    assert first["Subject"] == told.subject
    assert first["To"] == "ana@example.org, kim@example.org"
    assert first.get_content().replace("\r\n", "\n") == told.text
    assert first["Message-ID"] == second["Message-ID"] != third["Message-ID"]
    assert first["References"] == third["References"]
    assert server.envelopes[0] == [
        next(line for line in server.envelopes[0] if line.startswith("mail FROM:<warroom@example.org>")),
        "rcpt TO:<ana@example.org>",
        "rcpt TO:<kim@example.org>",
    ]
    assert max(len(line) for line in server.mails[0].splitlines()) <= 998


async def test_the_login_goes_over_tls_alone(trusted: ssl.SSLContext, secret_file: SecretFile) -> None:
    path = secret_file("password", PASSWORD.encode() + b"\n")
    async with mail_server(trusted) as server:
        sender = SmtpSender(settings(server, starttls=True, user="room", password_file=path))
        sent = await sender.send(notice(1))
        assert sent.how is Sending.ACCEPTED, sent.text
    assert server.encrypted == [True]
    assert [base64.b64decode(one) for one in server.logins] == [b"\0room\0" + PASSWORD.encode()]


async def test_tls_from_the_first_byte_is_spoken_on_its_port(
    trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mail_server(trusted, tls=True) as server:
        monkeypatch.setattr("warroom.adapters.notify.smtp._TLS_PORT", server.port)
        sent = await SmtpSender(settings(server, starttls=True)).send(notice(1))
        assert sent.how is Sending.ACCEPTED, sent.text
    assert len(server.mails) == 1


async def test_a_certificate_that_nobody_vouches_for_gets_no_mail(
    trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with mail_server(trusted) as server:
        sent = await SmtpSender(settings(server, starttls=True)).send(notice(1))
    assert sent.how is Sending.RETRY
    assert "certificate is not trusted" in sent.text
    assert server.mails == []


async def test_a_server_without_tls_gets_no_mail_when_tls_is_wanted(secret_file: SecretFile) -> None:
    path = secret_file("password", PASSWORD.encode())
    async with mail_server() as server:
        sent = await SmtpSender(settings(server, starttls=True, user="room", password_file=path)).send(notice(1))
    assert sent.how is Sending.DEAD
    assert "starttls" in sent.text
    assert server.mails == []
    assert server.logins == []


@pytest.mark.parametrize(
    ("replies", "how", "words"),
    [
        ({"greeting": "421 later"}, Sending.RETRY, "answers 421: later"),
        ({"greeting": "554 no"}, Sending.DEAD, "answers 554: no"),
        ({"MAIL": "451 busy"}, Sending.RETRY, "answers 451: busy"),
        ({"MAIL": "550 not you"}, Sending.DEAD, "answers 550: not you"),
        ({"RCPT": "550 who?"}, Sending.DEAD, "refuses every recipient: ana@example.org 550 who?"),
        ({"RCPT": "450 greylisted"}, Sending.RETRY, "refuses every recipient: ana@example.org 450 greylisted"),
        ({"end": "452 full"}, Sending.RETRY, "answers 452: full"),
        ({"end": "554 spam\x1b[2J"}, Sending.DEAD, "answers 554: spam␛[2J"),
        ({"rcpt TO:<kim@example.org>": "550 left"}, Sending.ACCEPTED, "took it, but not for kim@example.org"),
    ],
)
async def test_each_answer_of_the_server_has_its_meaning(replies: dict[str, str], how: Sending, words: str) -> None:
    async with mail_server() as server:
        server.replies = replies
        sent = await SmtpSender(settings(server)).send(notice(1))
    assert sent.how is how
    assert words in sent.text


@pytest.mark.parametrize("goodbye", ["421 too many connections", "500 what?", "x" * 9000])
async def test_what_a_server_answers_to_the_goodbye_changes_nothing(goodbye: str) -> None:
    async with mail_server() as server:
        server.replies = {"QUIT": goodbye}
        taken = await SmtpSender(settings(server)).send(notice(1))
        server.replies = {"QUIT": goodbye, "end": "554 spam"}
        refused = await SmtpSender(settings(server)).send(notice(2))
    assert (taken.how, refused.how) == (Sending.ACCEPTED, Sending.DEAD)
    assert "took it for 2" in taken.text
    assert "answers 554" in refused.text
    assert len(server.mails) == 1


async def test_a_server_that_takes_the_mail_and_falls_silent_has_taken_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.adapters.notify.smtp._GOODBYE_S", 0.3)
    async with mail_server() as server:
        server.silent_at = "QUIT"
        sent = await SmtpSender(settings(server)).send(notice(1))
        assert sent.how is Sending.ACCEPTED
        await eventually(lambda: server.talks == 0)
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    "subject", ["[SEV1] =?utf-8?q?a=0D=0ABcc:_evil@example.net?=", "=?utf-8?b?aGVsbG8=?= world", "=?x?q?=0a?="]
)
async def test_an_encoded_word_in_a_subject_is_sent_as_the_text_that_it_is(subject: str) -> None:
    async with mail_server() as server:
        sent = await SmtpSender(settings(server)).send(notice(1, subject=subject))
    assert sent.how is Sending.ACCEPTED, sent.text
    mail = email.message_from_string(server.mails[0], policy=email.policy.default)
    assert mail["Subject"] == subject.replace("=?", "= ?")
    assert mail["Bcc"] is None
    assert len(server.envelopes[0]) == 3


@pytest.mark.parametrize(("code", "how"), [("454", Sending.RETRY), ("535", Sending.DEAD)])
async def test_a_refused_login_is_said_without_what_the_server_repeats(
    secret_file: SecretFile, code: str, how: Sending
) -> None:
    path = secret_file("password", PASSWORD.encode())
    async with mail_server() as server:
        server.replies = {"AUTH": f"{code} room {PASSWORD} is wrong"}
        sender = SmtpSender(settings(server, user="room", password_file=path))
        sent = await sender.send(notice(1))
    assert sent.how is how
    assert f"refuses the login ({code})" in sent.text
    assert PASSWORD not in sent.text + repr(sender) + sender.describe()


async def test_a_server_that_breaks_the_rules_of_a_login_is_tried_again(secret_file: SecretFile) -> None:
    path = secret_file("password", PASSWORD.encode())
    async with mail_server() as server:
        server.replies = {"EHLO": "250-mail.example\r\n250 AUTH CRAM-MD5", "AUTH": "334 abcde"}
        sent = await SmtpSender(settings(server, user="w", password_file=str(path))).send(notice(1))
    assert sent.how is Sending.RETRY
    assert "answers what no mail server says" in sent.text
    assert PASSWORD not in sent.text


async def test_no_server_is_tried_again() -> None:
    async with mail_server() as server:
        pass
    sent = await SmtpSender(settings(server)).send(notice(1))
    assert sent.how is Sending.RETRY
    assert "refused" in sent.text


@pytest.mark.parametrize("silent_at", ["EHLO", "DATA"])
async def test_a_server_that_falls_silent_is_left_and_its_thread_ends(silent_at: str) -> None:
    async with mail_server() as server:
        server.silent_at = silent_at
        sent = await SmtpSender(settings(server, timeout_s=0.1)).send(notice(1))
        assert sent.how is Sending.RETRY
        assert "timed out" in sent.text or "not done within" in sent.text
        await eventually(lambda: server.talks == 0)


async def test_who_is_cancelled_cuts_the_connection() -> None:
    async with mail_server() as server:
        server.silent_at = "DATA"
        work = asyncio.create_task(SmtpSender(settings(server, timeout_s=60)).send(notice(1)))
        await eventually(lambda: server.talks == 1)
        threads = threading.active_count()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        await eventually(lambda: server.talks == 0)
        assert threading.active_count() <= threads
    assert server.mails == []


@pytest.mark.parametrize(
    "changes", [{"subject": "a\r\nBcc: evil@example.net"}, {"key": "k\r\nBcc: evil@example.net"}, {"subject": "a\nb"}]
)
async def test_a_line_break_in_a_header_is_refused(changes: dict[str, str]) -> None:
    async with mail_server() as server:
        sent = await SmtpSender(settings(server)).send(msgspec.structs.replace(notice(1), **changes))
    assert sent.how is Sending.DEAD
    assert server.envelopes == []


@pytest.mark.parametrize("changes", [{"sender": "a@b.c\r\nBcc: d@e.f"}, {"to": ["a@b.c\nBcc: d@e.f"]}])
async def test_a_line_break_in_an_address_is_refused(changes: dict[str, Any]) -> None:
    async with mail_server() as server:
        sent = await SmtpSender(settings(server, **changes)).send(notice(1))
    assert sent.how is Sending.DEAD
    assert sent.text == "not sent: an address of the config, or the subject, holds a line break"
    assert server.envelopes == []


def test_a_mail_says_that_a_machine_sent_it() -> None:
    mail = mail_of(notice(1), SmtpChannel(host="h", sender="a@b.c", to=["d@e.f"]))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Warroom-Key"] == notice(1).key


async def test_its_files_are_looked_at_before_they_are_needed(secret_file: SecretFile) -> None:
    async with mail_server() as server:
        assert [one.state for one in await SmtpSender(settings(server)).check()] == [Checked.OK]
        path = secret_file("password", b"x", 0o644)
        sender = SmtpSender(settings(server, user="u", password_file=path))
        assert [one.state for one in await sender.check()] == [Checked.FAILED]
        assert (await sender.send(notice(1))).how is Sending.RETRY
        assert server.talks == 0
    assert sender.describe() == f"mail to 2 by 127.0.0.1:{server.port}"
