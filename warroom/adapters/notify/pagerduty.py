"""Page people through PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview)."""

from __future__ import annotations

from typing import Any

import msgspec

from warroom.adapters.contain.http_exchange import exchange
from warroom.adapters.notify.http_outcome import host_of, outcome_of
from warroom.adapters.notify.secret_file import SecretUnreadable, checked_file, keep_out_of_logs, read_secret
from warroom.core.model import Severity
from warroom.core.moments import utc_text
from warroom.core.notice_ports import Sending, Sent
from warroom.core.notices import DEDUP_LIMIT, Event, Notice, notice_fault
from warroom.core.ports import Check
from warroom.core.settings_notify import PagerDutyChannel

SUMMARY_LIMIT = 1024
_SEVERITIES = {
    Severity.SEV1: "critical",
    Severity.SEV2: "error",
    Severity.SEV3: "warning",
    Severity.SEV4: "info",
}
_ACTIONS = {
    Event.TRIGGER: "trigger",
    Event.ACKNOWLEDGE: "acknowledge",
    Event.UPDATE: "trigger",
    Event.RESOLVE: "resolve",
}
"""A second trigger with the same dedup_key is added to the open alert: that is how PagerDuty takes an update."""


class PagerDutySender:
    """One event a notice; repeats fall together under the incident's dedup_key."""

    kind = "pagerduty"

    def __init__(self, settings: PagerDutyChannel) -> None:
        self._settings = settings
        keep_out_of_logs("httpx2", "httpcore2")

    def describe(self) -> str:
        """Scheme and host of the service."""
        return f"PagerDuty at {host_of(self._settings.url)}"

    async def check(self) -> list[Check]:
        """Read the routing key; nothing is sent."""
        return [await checked_file("routing key file", self._settings.routing_key_file)]

    async def send(self, notice: Notice) -> Sent:
        """Try once: 202 is accepted, 429 and 5xx are tried again, 400 is dead."""
        fault = notice_fault(notice)
        if fault:
            return Sent(Sending.DEAD, f"not sent: {fault}")
        try:
            secret = await read_secret(self._settings.routing_key_file)
            body = msgspec.json.encode(event_of(notice, secret.text))
        except SecretUnreadable as error:
            return Sent(Sending.RETRY, str(error))
        answer = await exchange(
            "POST",
            self._settings.url,
            headers={"content-type": "application/json"},
            content=body,
            timeout_s=self._settings.timeout_s,
        )
        return outcome_of(answer, self._settings.url, [secret])


def event_of(notice: Notice, routing_key: str) -> dict[str, Any]:
    """Return the event as PagerDuty takes it; acknowledging and resolving need no payload."""
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": _ACTIONS[notice.event],
        "dedup_key": notice.dedup[:DEDUP_LIMIT],
    }
    if event["event_action"] == "trigger":
        event["client"] = "warroom"
        event["payload"] = {
            "summary": notice.subject[:SUMMARY_LIMIT],
            "source": "warroom",
            "severity": _SEVERITIES[notice.severity],
            "timestamp": utc_text(notice.created),
            "custom_details": {"incident": notice.incident, "audience": notice.audience, "text": notice.text},
        }
    return event
