"""Tell people by mail, through a server of one's own; smtplib works in a thread and is cut off in time."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from warroom.adapters.notify.secret_file import Secret, SecretUnreadable, checked_file, read_secret, without
from warroom.core.clean import clean
from warroom.core.notice_ports import Sending, Sent
from warroom.core.notices import Notice, notice_fault
from warroom.core.ports import Check, Checked
from warroom.core.settings_notify import SmtpChannel

_TLS_PORT = 465
_THREADS = 4
_GOODBYE_S = 2.0


class SmtpSender:
    """One mail a notice; its Message-ID comes from the notice's key, so a mail server can drop the repeat."""

    kind = "smtp"

    def __init__(self, settings: SmtpChannel) -> None:
        self._settings = settings
        self._where = clean(f"mail server {settings.host}:{settings.port}")
        # Threads of its own: a resolver that hangs must not hold up those of the engine.
        self._threads = ThreadPoolExecutor(_THREADS, "warroom-smtp")

    def describe(self) -> str:
        """The server, and how many people are written to."""
        return f"mail to {len(self._settings.to)} by {self._settings.host}:{self._settings.port}"

    async def check(self) -> list[Check]:
        """Read the password, where one is wanted; nothing is sent."""
        if not self._settings.password_file:
            return [Check("password file", Checked.OK, "none is wanted")]
        return [await checked_file("password file", self._settings.password_file)]

    async def send(self, notice: Notice) -> Sent:
        """Try once: 4xx and no contact are tried again, 5xx is dead. A mail that some recipients got is accepted."""
        fault = notice_fault(notice)
        if fault:
            return Sent(Sending.DEAD, f"not sent: {fault}")
        try:
            mail = mail_of(notice, self._settings).as_bytes(policy=SMTP)
        except ValueError:
            return Sent(Sending.DEAD, "not sent: an address of the config, or the subject, holds a line break")
        secret = Secret(b"")
        try:
            if self._settings.password_file:
                secret = await read_secret(self._settings.password_file)
        except SecretUnreadable as error:
            return Sent(Sending.RETRY, str(error))
        talk = _Talk(self._settings, secret, mail, self._threads)
        try:
            async with asyncio.timeout(2 * self._settings.timeout_s):
                refused = await talk.run()
        except TimeoutError:
            if talk.taken is not None:
                return self._accepted(talk.taken, secret)
            return Sent(Sending.RETRY, f"{self._where}: not done within {2 * self._settings.timeout_s:g} s")
        except (smtplib.SMTPException, OSError) as error:
            return _broken(error, self._where, secret)
        except ValueError as error:
            # Of an answer that breaks the rules, such as a challenge that is no base64; its words may hold the login.
            return Sent(Sending.RETRY, f"{self._where} answers what no mail server says ({type(error).__name__})")
        return self._accepted(refused, secret)

    def _accepted(self, refused: set[str], secret: Secret) -> Sent:
        if refused:
            text = f"{self._where} took it, but not for {', '.join(sorted(refused))}"
            return Sent(Sending.ACCEPTED, without(text, [secret], 300))
        return Sent(Sending.ACCEPTED, f"{self._where} took it for {len(self._settings.to)}")


def mail_of(notice: Notice, settings: SmtpChannel) -> EmailMessage:
    """Return the mail; ValueError for a line break in a header, which the library refuses as well."""
    domain = settings.sender.rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.to)
    # Read as one, an encoded word could bring in a line break or say what nobody reads in the outbox.
    mail["Subject"] = notice.subject.replace("=?", "= ?")
    mail["Date"] = format_datetime(_moment(notice.created))
    mail["Message-ID"] = f"<{_short(notice.key)}@{domain}>"
    # Mail programs show the notices of one incident as one conversation.
    mail["References"] = f"<{_short('incident ' + notice.dedup)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Warroom-Key"] = notice.key
    mail.set_content(notice.text)
    return mail


class _Talk:
    """One delivery in a thread. Who is cancelled or out of time cuts the connection, so the thread ends too."""

    def __init__(self, settings: SmtpChannel, secret: Secret, mail: bytes, threads: ThreadPoolExecutor) -> None:
        self._settings = settings
        self._secret = secret
        self._mail = mail
        self._threads = threads
        self._socket: socket.socket | None = None
        self._cut = False
        self.taken: set[str] | None = None
        """The recipients that were refused, once the server has taken the mail."""

    async def run(self) -> set[str]:
        """Return the recipients that the server refused while it took others."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._deliver)
        except asyncio.CancelledError:
            self._cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            raise

    def _deliver(self) -> set[str]:
        server = self._connected()
        try:
            self._socket = server.sock
            if self._cut:
                raise TimeoutError
            if self._settings.starttls and self._settings.port != _TLS_PORT:
                server.starttls(context=ssl.create_default_context())
                self._socket = server.sock
            if self._settings.user:
                server.login(self._settings.user, self._secret.text)
            self.taken = set(server.sendmail(self._settings.sender, self._settings.to, self._mail))
            return self.taken
        finally:
            self._say_goodbye(server)

    def _say_goodbye(self, server: smtplib.SMTP) -> None:
        """End the talk in order; what the server answers to that, or that it does not, says nothing about the mail."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            if server.sock is not None:
                server.sock.settimeout(min(_GOODBYE_S, self._settings.timeout_s))
            server.docmd("QUIT")
        server.close()

    def _connected(self) -> smtplib.SMTP:
        own = self._settings
        if own.port == _TLS_PORT:
            return smtplib.SMTP_SSL(
                own.host,
                own.port,
                timeout=own.timeout_s,
                context=ssl.create_default_context(),
                local_hostname="warroom",
            )
        return smtplib.SMTP(own.host, own.port, timeout=own.timeout_s, local_hostname="warroom")


def _broken(error: smtplib.SMTPException | OSError, where: str, secret: Secret) -> Sent:
    match error:
        case smtplib.SMTPAuthenticationError(smtp_code=code):
            # What a server says to a login may hold the login.
            return _by_code(code, f"{where} refuses the login ({code})")
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            codes = [code for code, _ in recipients.values()]
            said = "; ".join(
                f"{who} {code} {text.decode('utf-8', 'replace')}" for who, (code, text) in recipients.items()
            )
            later = any(code < 500 for code in codes)
            return _by_code(450 if later else 550, f"{where} refuses every recipient: {without(said, [secret])}")
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
            return _by_code(code, f"{where} answers {code}: {without(text, [secret])}")
        case smtplib.SMTPNotSupportedError():
            return Sent(
                Sending.DEAD, f"{where} lacks what is wanted (starttls or a login): {without(str(error), [secret])}"
            )
        case ssl.SSLCertVerificationError():
            return Sent(Sending.RETRY, f"{where}: its certificate is not trusted: {without(str(error), [secret])}")
        case OSError() if error.strerror:
            return Sent(Sending.RETRY, f"{where}: {without(error.strerror, [secret])}")
        case _:
            return Sent(Sending.RETRY, f"{where}: {without(str(error) or type(error).__name__, [secret])}")


def _by_code(code: int, text: str) -> Sent:
    return Sent(Sending.DEAD if code >= 500 else Sending.RETRY, clean(text))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _moment(seconds: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(round(seconds), dt.UTC)
