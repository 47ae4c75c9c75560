"""A service of the operator's own: what it is told, and what each answer means."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rig_webhook import KEY, WebhookService, webhook_service
from tests.adapters.time_over import PATIENCE_S, over_once_sent
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain import http_exchange
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.webhook import WebhookAdapter
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Checked
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import WebhookSettings

CLOCK = SystemClock()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[WebhookService]:
    with webhook_service(tmp_path) as running:
        yield running


def adapter_for(service: WebhookService, url: str = "", *, timeout_s: float = PATIENCE_S) -> WebhookAdapter:
    settings = WebhookSettings(url or service.order_url, str(service.key_file), timeout_s=timeout_s)
    return WebhookAdapter("support", settings, CLOCK, lambda verb: f"ask for {verb}")


async def ordered(adapter: WebhookAdapter, expires_s: float | None = None) -> tuple[Plan, str]:
    plan = await adapter.plan(Verb.DISABLE, expires_s)
    return plan, (await adapter.apply(plan, "ACT-007")).text


async def test_the_service_gets_the_order_that_the_plan_shows_and_the_release_of_the_same_action(
    service: WebhookService,
) -> None:
    adapter = adapter_for(service)
    plan, text = await ordered(adapter, 1800.0)
    await adapter.release(plan, "ACT-007")
    order = {"action": "ACT-007", "bot": "support", "verb": "disable", "expires_in": 1800, "release": False}
    assert service.orders == [
        ("ACT-007", order),
        ("ACT-007-release", {**order, "expires_in": None, "release": True}),
    ]
    assert msgspec.json.decode(plan.exact[-1]) == {**order, "action": "<id of the action>"}
    assert text.endswith("accepted it as job-1")


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_any_success_that_accepts_is_a_receipt(service: WebhookService, status: int) -> None:
    service.status = status
    service.body = b'{"accepted": true}'
    assert (await ordered(adapter_for(service)))[1].endswith("accepted it")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"<html>login</html>",
        b"{}",
        b"[]",
        b"null",
        b'{"accepted": "yes"}',
        b'{"accepted": 1}',
        b'{"accepted": true',
        b'{"accepted": true, "id": {}}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
async def test_an_answer_that_is_not_understood_leaves_it_open_whether_it_acts(
    service: WebhookService, body: bytes
) -> None:
    service.body = body
    with pytest.raises(AdapterAmbiguous, match="does not say whether it accepted"):
        await ordered(adapter_for(service))


async def test_a_service_that_does_not_accept_changed_nothing(service: WebhookService) -> None:
    service.body = b'{"accepted": false, "why": "\\u001b[2J no"}'
    with pytest.raises(AdapterFailed, match="did not accept, and nothing was changed") as failure:
        await ordered(adapter_for(service))
    assert "\x1b" not in str(failure.value)


@pytest.mark.parametrize("status", [400, 404, 409, 410, 429])
async def test_a_service_that_says_no_changed_nothing(service: WebhookService, status: int) -> None:
    service.status = status
    with pytest.raises(AdapterFailed, match=f"answers {status} and changed nothing"):
        await ordered(adapter_for(service))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_leaves_it_open(service: WebhookService, status: int) -> None:
    service.status, service.location = status, service.url
    with pytest.raises(AdapterAmbiguous, match=f"answers {status}; where it leads is not followed"):
        await ordered(adapter_for(service))
    assert len(service.orders) == 1


async def test_a_service_that_breaks_leaves_it_open_whether_it_acts(service: WebhookService) -> None:
    service.status = 503
    with pytest.raises(AdapterAmbiguous, match="answers 503"):
        await ordered(adapter_for(service))


async def test_an_answer_of_a_gigabyte_is_not_read(service: WebhookService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_exchange, "_BODY_PATIENCE_S", PATIENCE_S)
    service.endless = True
    service.body = b'{"accepted": true}'
    with pytest.raises(AdapterAmbiguous, match="does not say whether it accepted") as failure:
        await ordered(adapter_for(service))
    assert len(str(failure.value)) < 500


async def test_an_answer_in_clear_text_to_a_secure_address_means_that_nothing_was_sent(service: WebhookService) -> None:
    with pytest.raises(AdapterFailed, match="nothing was sent"):
        await ordered(adapter_for(service, service.order_url.replace("http:", "https:")))
    assert service.orders == []


async def test_silence_after_sending_leaves_it_open_whether_it_acts(service: WebhookService) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/orders"
        with over_once_sent(url), pytest.raises(AdapterAmbiguous, match="after the request was sent"):
            await ordered(adapter_for(service, url))


async def test_a_wrong_key_is_refused_with_advice(service: WebhookService) -> None:
    service.key_file.write_bytes(b"another")
    with pytest.raises(AdapterFailed, match="401 and changed nothing; does the other side have the key"):
        await ordered(adapter_for(service))
    assert service.orders == []


async def test_a_key_that_others_may_read_is_refused_before_anything_is_sent(service: WebhookService) -> None:
    adapter = adapter_for(service)
    plan = await adapter.plan(Verb.DISABLE, None)
    service.key_file.chmod(0o644)
    for act in (adapter.apply, adapter.release):
        with pytest.raises(AdapterFailed, match="nothing was sent"):
            await act(plan, "ACT-001")
    (check,) = await adapter.check(Verb.DISABLE)
    assert check.state is Checked.FAILED
    assert service.orders == []


async def test_neither_key_nor_query_is_shown(service: WebhookService) -> None:
    adapter = adapter_for(service)
    plan, text = await ordered(adapter)
    service.status = 400
    with pytest.raises(AdapterFailed) as failure:
        await adapter.apply(plan, "ACT-008")
    told = [plan, text, str(failure.value), adapter.needs(), await adapter.check(Verb.DISABLE)]
    shown = msgspec.json.encode([*told, await adapter.observe(Verb.DISABLE)])
    assert KEY not in shown
    assert b"hidden" not in shown


async def test_a_check_orders_nothing(service: WebhookService) -> None:
    key, reach = await adapter_for(service).check(Verb.DISABLE)
    assert (key.state, reach.state, service.orders) == (Checked.OK, Checked.OK, [])
    gone = adapter_for(service, "http://127.0.0.1:1/orders")
    assert [check.state for check in await gone.check(Verb.DISABLE)] == [Checked.OK, Checked.FAILED]


async def test_a_bot_with_an_odd_name_stays_one_value(service: WebhookService) -> None:
    odd = 'a","release":true,"x":"\n\x1b'
    adapter = WebhookAdapter(odd, WebhookSettings(service.order_url, str(service.key_file)), CLOCK, str)
    plan, _ = await ordered(adapter)
    assert (service.orders[0][1]["bot"], service.orders[0][1]["release"]) == (odd, False)
    assert not any("\x1b" in line or "\n" in line for line in [*plan.exact, plan.undo])


async def test_verbs_that_are_not_configured_are_refused(service: WebhookService) -> None:
    adapter = adapter_for(service)
    assert adapter.verbs() == {Verb.DISABLE}
    with pytest.raises(AdapterFailed, match="not configured to stop"):
        await adapter.plan(Verb.STOP, None)


async def test_a_service_that_accepts_and_does_nothing_is_seen_open(service: WebhookService) -> None:
    service.obeys = False
    _, text = await ordered(adapter_for(service))
    assert "accepted it" in text
    assert (
        await HttpProbe(ProbeSettings(service.url, timeout_s=PATIENCE_S), CLOCK).look(Verb.DISABLE)
    ).verdict is Verdict.OPEN
