"""Events for PagerDuty, against a service that checks them as the Events API v2 describes."""

from __future__ import annotations

import json

import msgspec
import pytest

from tests.adapters.notify.conftest import SecretFile
from tests.adapters.notify.receivers import HttpReceiver, Request, notice
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.notify.pagerduty import PagerDutySender, event_of
from warroom.core.model import Severity
from warroom.core.notice_ports import Sending
from warroom.core.notices import Event
from warroom.core.settings_notify import PAGERDUTY_URL, PagerDutyChannel

ROUTING = "R0PLANTEDROUTINGKEY0123456789ABC"


class Alerts:
    """The state that PagerDuty would keep: the open alerts by dedup_key."""

    def __init__(self) -> None:
        self.open: dict[str, list[str]] = {}

    def take(self, request: Request) -> int:
        event = request.json
        if event.get("routing_key") != ROUTING or not 0 < len(event.get("dedup_key", "")) <= 255:
            return 400
        key = event["dedup_key"]
        match event.get("event_action"):
            case "trigger":
                payload = event["payload"]
                if not 0 < len(payload["summary"]) <= 1024 or not payload["source"]:
                    return 400
                if payload["severity"] not in ("critical", "error", "warning", "info"):
                    return 400
                self.open.setdefault(key, []).append(payload["summary"])
            case "acknowledge":
                pass
            case "resolve":
                self.open.pop(key, None)
            case _:
                return 400
        return 202


@pytest.fixture
def alerts(receiver: HttpReceiver) -> Alerts:
    kept = Alerts()
    receiver.answers = kept.take
    receiver.says = lambda request: json.dumps({"status": "said", "message": request.body.decode()}).encode()
    return kept


@pytest.fixture
def sender(receiver: HttpReceiver, secret_file: SecretFile) -> PagerDutySender:
    path = secret_file("pager.key", ROUTING.encode() + b"\n")
    return PagerDutySender(PagerDutyChannel(routing_key_file=path, url=receiver.url, timeout_s=PATIENCE_S))


async def test_one_incident_is_one_alert_from_trigger_to_resolve(
    receiver: HttpReceiver, alerts: Alerts, sender: PagerDutySender
) -> None:
    for number, event in enumerate((Event.TRIGGER, Event.TRIGGER, Event.UPDATE, Event.ACKNOWLEDGE)):
        sent = await sender.send(notice(number, event=event, subject=f"news {number}"))
        assert sent.how is Sending.ACCEPTED
    assert alerts.open == {"INC-001": ["news 0", "news 1", "news 2"]}
    await sender.send(notice(9, event=Event.RESOLVE))
    assert alerts.open == {}
    actions = [one.json["event_action"] for one in receiver.requests]
    assert actions == ["trigger", "trigger", "trigger", "acknowledge", "resolve"]


@pytest.mark.parametrize(
    ("severity", "word"),
    [
        (Severity.SEV1, "critical"),
        (Severity.SEV2, "error"),
        (Severity.SEV3, "warning"),
        (Severity.SEV4, "info"),
    ],
)
def test_severities_have_the_words_of_the_service(severity: Severity, word: str) -> None:
    event = event_of(notice(1, event=Event.TRIGGER, severity=severity), "R")
    assert event["payload"]["severity"] == word


def test_long_names_are_cut_to_what_the_service_takes() -> None:
    long = msgspec.structs.replace(notice(1), subject="s" * 5000, dedup="d" * 5000)
    event = event_of(long, "R")
    assert (len(event["payload"]["summary"]), len(event["dedup_key"])) == (1024, 255)


@pytest.mark.parametrize(("status", "how"), [(400, Sending.DEAD), (429, Sending.RETRY), (500, Sending.RETRY)])
async def test_refusals_are_dead_and_too_many_is_tried_again(
    receiver: HttpReceiver, alerts: Alerts, sender: PagerDutySender, status: int, how: Sending
) -> None:
    receiver.answers = lambda request: status
    sent = await sender.send(notice(1))
    assert sent.how is how
    # This service says all back that it got, the routing key too.
    assert ROUTING.encode() in receiver.requests[0].body
    assert ROUTING not in sent.text + sender.describe() + repr(sender)
    assert "•••" in sent.text


async def test_a_routing_key_of_two_lines_sends_nothing(receiver: HttpReceiver, secret_file: SecretFile) -> None:
    path = secret_file("two.key", b"one\ntwo")
    sent = await PagerDutySender(PagerDutyChannel(routing_key_file=path, url=receiver.url, timeout_s=PATIENCE_S)).send(
        notice(1)
    )
    assert sent.how is Sending.RETRY
    assert "one line" in sent.text
    assert receiver.requests == []


def test_the_public_service_is_the_default() -> None:
    assert PagerDutyChannel(routing_key_file="/r").url == PAGERDUTY_URL
    assert PAGERDUTY_URL == "https://events.pagerduty.com/v2/enqueue"
