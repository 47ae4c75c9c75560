"""Tell a service of one's own by a signed POST (Standard Webhooks, https://www.standardwebhooks.com)."""

from __future__ import annotations

import msgspec

from warroom.adapters.contain.control import signature
from warroom.adapters.contain.http_exchange import exchange
from warroom.adapters.notify.http_outcome import host_of, outcome_of
from warroom.adapters.notify.secret_file import SecretUnreadable, checked_file, keep_out_of_logs, read_secret
from warroom.core.moments import utc_text
from warroom.core.notice_ports import Sending, Sent
from warroom.core.notices import Notice, notice_fault
from warroom.core.ports import Check, Clock
from warroom.core.settings_notify import WebhookChannel


class WebhookSender:
    """A POST with the notice as JSON; the same notice has the same id, Idempotency-Key and body each time."""

    kind = "webhook"

    def __init__(self, settings: WebhookChannel, clock: Clock) -> None:
        self._settings = settings
        keep_out_of_logs("httpx2", "httpcore2")
        self._clock = clock

    def describe(self) -> str:
        """Scheme and host of the receiver."""
        return f"webhook at {host_of(self._settings.url)}"

    async def check(self) -> list[Check]:
        """Read the key; nothing is sent."""
        return [await checked_file("key file", self._settings.key_file)]

    async def send(self, notice: Notice) -> Sent:
        """Try once; a broken world is an outcome."""
        fault = notice_fault(notice)
        if fault:
            return Sent(Sending.DEAD, f"not sent: {fault}")
        try:
            secret = await read_secret(self._settings.key_file)
        except SecretUnreadable as error:
            return Sent(Sending.RETRY, str(error))
        body = _body(notice)
        timestamp = str(int(self._clock.now()))
        headers = {
            "content-type": "application/json",
            "idempotency-key": notice.key,
            "webhook-id": notice.key,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(secret.raw, notice.key, timestamp, body),
        }
        answer = await exchange(
            "POST", self._settings.url, headers=headers, content=body, timeout_s=self._settings.timeout_s
        )
        return outcome_of(answer, self._settings.url, [secret])


def _body(notice: Notice) -> bytes:
    data = {
        "incident": notice.incident,
        "dedup": notice.dedup,
        "audience": notice.audience,
        "event": notice.event,
        "severity": notice.severity,
        "subject": notice.subject,
        "text": notice.text,
    }
    return msgspec.json.encode(
        {"type": f"warroom.incident.{notice.event}", "timestamp": utc_text(notice.created), "data": data}
    )
