"""The control endpoint: signed requests, and what each failure means."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rigs import KEY, ControlledBot, controlled_bot, forking_bot
from tests.adapters.contain.scripted_server import Answer, own_certificate, scripted
from tests.adapters.time_over import PATIENCE_S, over_once_sent
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.control import ControlAdapter, read_key, signature
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed
from warroom.core.settings import ControlSettings, ProbeSettings

CLOCK = SystemClock()


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[ControlledBot]:
    with controlled_bot(tmp_path) as running:
        yield running


def adapter_for(bot: ControlledBot, url: str = "", *, timeout_s: float = PATIENCE_S) -> ControlAdapter:
    wanted = ControlSettings(url or bot.control_url, str(bot.key_file), timeout_s=timeout_s)
    return ControlAdapter("support", wanted, CLOCK, lambda verb: f"ask for {verb}")


async def planned(adapter: ControlAdapter, expires_s: float | None = None) -> Plan:
    return await adapter.plan(Verb.DISABLE, expires_s)


@contextlib.contextmanager
def silent_server() -> Iterator[str]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/control/state"


def test_the_signature_is_that_of_standard_webhooks() -> None:
    # The vector of the reference libraries, https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_the_bot_gets_the_body_and_id_that_the_plan_shows(bot: ControlledBot) -> None:
    adapter = adapter_for(bot)
    plan = await planned(adapter, 1800.0)
    await adapter.apply(plan, "ACT-007")
    assert bot.calls == [{"id": "ACT-007", "body": msgspec.json.decode(plan.exact[-1])}]
    assert bot.calls[0]["body"] == {"mode": "disabled", "expires_in": 1800, "operator": "warroom"}


async def test_a_release_has_an_id_of_its_own_and_asks_for_normal(bot: ControlledBot) -> None:
    adapter = adapter_for(bot)
    await adapter.release(await planned(adapter), "ACT-007")
    assert bot.calls == [
        {"id": "ACT-007-release", "body": {"mode": "normal", "expires_in": None, "operator": "warroom"}}
    ]


async def test_the_same_key_twice_changes_the_bot_once(bot: ControlledBot) -> None:
    adapter = adapter_for(bot)
    plan = await planned(adapter)
    await adapter.apply(plan, "ACT-007")
    await adapter.apply(plan, "ACT-007")
    assert (len(bot.calls), bot.revision) == (2, 1)


async def test_limit_asks_for_the_limited_mode(bot: ControlledBot) -> None:
    adapter = adapter_for(bot)
    await adapter.apply(await adapter.plan(Verb.LIMIT, None), "ACT-001")
    assert bot.mode == "limited"


async def test_neither_plan_nor_receipt_nor_failure_shows_the_key(bot: ControlledBot) -> None:
    adapter = adapter_for(bot)
    plan = await planned(adapter)
    receipt = await adapter.apply(plan, "ACT-001")
    bot.answer_status = 400
    with pytest.raises(AdapterFailed) as failure:
        await adapter.apply(plan, "ACT-002")
    shown = msgspec.json.encode(plan).decode() + receipt.text + str(failure.value)
    assert KEY.decode() not in shown
    assert "v1,<signed when sent>" in shown


@pytest.mark.parametrize("status", [400, 404, 409])
async def test_a_bot_that_says_no_changed_nothing(bot: ControlledBot, status: int) -> None:
    bot.answer_status = status
    adapter = adapter_for(bot)
    with pytest.raises(AdapterFailed, match=f"answers {status} and changed nothing"):
        await adapter.apply(await planned(adapter), "ACT-001")


@pytest.mark.parametrize("status", [302, 303, 308])
async def test_a_bot_that_acts_and_leads_elsewhere_leaves_it_open(bot: ControlledBot, status: int) -> None:
    bot.answer_status = status
    adapter = adapter_for(bot)
    with pytest.raises(AdapterAmbiguous, match=f"answers {status}; where it leads is not followed"):
        await adapter.apply(await planned(adapter), "ACT-001")
    assert bot.mode == "disabled", "it had acted"


async def test_a_wrong_key_is_refused_with_advice(bot: ControlledBot) -> None:
    bot.key_file.write_bytes(b"another key")
    adapter = adapter_for(bot)
    with pytest.raises(AdapterFailed, match="401 and changed nothing; does the other side have the key"):
        await adapter.apply(await planned(adapter), "ACT-001")
    assert bot.mode == "normal"


async def test_a_bot_that_breaks_leaves_it_open_whether_it_acted(bot: ControlledBot) -> None:
    bot.answer_status = 500
    adapter = adapter_for(bot)
    with pytest.raises(AdapterAmbiguous, match="answers 500"):
        await adapter.apply(await planned(adapter), "ACT-001")
    assert bot.mode == "disabled"


async def test_a_dropped_connection_leaves_it_open_whether_it_acted(bot: ControlledBot) -> None:
    bot.drops = True
    adapter = adapter_for(bot)
    with pytest.raises(AdapterAmbiguous, match=r"connection was lost: .* after the request was sent"):
        await adapter.apply(await planned(adapter), "ACT-001")
    assert bot.mode == "disabled"


async def test_silence_after_sending_leaves_it_open_whether_it_acted(bot: ControlledBot) -> None:
    with silent_server() as url:
        adapter = adapter_for(bot, url)
        plan = await planned(adapter)
        told = "no answer within 30 s after the request was sent"
        with over_once_sent(url), pytest.raises(AdapterAmbiguous, match=told):
            await adapter.apply(plan, "ACT-001")


async def test_nobody_listening_means_that_nothing_was_sent(bot: ControlledBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    adapter = adapter_for(bot, f"http://127.0.0.1:{port}/control/state")
    with pytest.raises(AdapterFailed, match="refused; nothing was sent"):
        await adapter.apply(await planned(adapter), "ACT-001")


@pytest.mark.parametrize("mode", [0o640, 0o604])
async def test_a_key_that_others_may_read_is_refused_before_anything_is_sent(bot: ControlledBot, mode: int) -> None:
    adapter = adapter_for(bot)
    plan = await planned(adapter)
    bot.key_file.chmod(mode)
    with pytest.raises(AdapterFailed, match=f"chmod 600 {bot.key_file}"):
        await adapter.plan(Verb.DISABLE, None)
    with pytest.raises(AdapterFailed, match="nothing was sent"):
        await adapter.apply(plan, "ACT-001")
    assert bot.calls == []


def test_a_key_file_that_is_absent_empty_huge_or_a_folder_is_a_failure(tmp_path: Path) -> None:
    key = tmp_path / "key"
    with pytest.raises(AdapterFailed, match="cannot be read"):
        read_key(key)
    key.touch(0o600)
    with pytest.raises(AdapterFailed, match="holds no key"):
        read_key(key)
    key.write_bytes(b"k" * 5000)
    with pytest.raises(AdapterFailed, match="holds no key"):
        read_key(key)
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o700)
    with pytest.raises(AdapterFailed, match="holds no key"):
        read_key(folder)


def test_white_space_around_the_key_is_not_part_of_it(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.touch(0o600)
    key.write_bytes(b"secret word\n")
    assert read_key(key) == b"secret word"


async def test_verbs_that_are_not_configured_are_not_offered(bot: ControlledBot) -> None:
    settings = ControlSettings(bot.control_url, str(bot.key_file), verbs=[Verb.LIMIT, Verb.FREEZE])
    adapter = ControlAdapter("support", settings, CLOCK, str)
    assert adapter.verbs() == {Verb.LIMIT}
    with pytest.raises(AdapterFailed, match="not configured to disable"):
        await adapter.plan(Verb.DISABLE, None)


async def test_a_bot_that_answers_200_and_works_on_is_seen_open(bot: ControlledBot) -> None:
    bot.obeys = False
    adapter = adapter_for(bot)
    assert "200" in (await adapter.apply(await planned(adapter), "ACT-001")).text
    sample = await HttpProbe(ProbeSettings(bot.url, timeout_s=PATIENCE_S), CLOCK).look(Verb.DISABLE)
    assert sample.verdict is Verdict.OPEN


async def test_an_order_that_one_of_two_workers_heard_is_seen_open(tmp_path: Path, bot: ControlledBot) -> None:
    (tmp_path / "forking").mkdir()
    with forking_bot(tmp_path / "forking") as two_workers:
        adapter = adapter_for(bot, two_workers.url.replace("/v1/chat", "/control/state"))
        await adapter.apply(await planned(adapter), "ACT-001")
        probe = HttpProbe(ProbeSettings(two_workers.url, timeout_s=PATIENCE_S), CLOCK)
        seen: set[Verdict] = set()
        async with asyncio.timeout(60):
            while seen != {Verdict.OPEN, Verdict.CONTAINED}:
                seen.add((await probe.look(Verb.DISABLE)).verdict)


async def test_the_state_is_read_with_a_signature_and_without_a_change(bot: ControlledBot) -> None:
    ((name, content),) = await adapter_for(bot).snapshot()
    assert name == "support-control-state.json"
    assert msgspec.json.decode(content) == {"mode": "normal", "revision": 0}
    assert bot.calls == []


@pytest.mark.parametrize(
    "body", [b"", b"<html>please log in</html>", b'{"mode": "normal"}', b"\x1b]0;owned\x07\xff\n--all", b"[" * 100_000]
)
async def test_an_answer_of_200_with_a_wrong_body_is_told_cleaned_and_short_and_the_probe_sees_the_bot_open(
    bot: ControlledBot, body: bytes
) -> None:
    with scripted(lambda asked: Answer(200, body)) as fake:
        adapter = adapter_for(bot, f"{fake.url}/control/state")
        receipt = await adapter.apply(await planned(adapter), "ACT-1")
        assert receipt.text.startswith("the bot answers 200")
        assert receipt.text.isprintable()
        assert len(receipt.text) < 300
        settings = ProbeSettings(f"{fake.url}/v1/chat", timeout_s=PATIENCE_S)
        look = await HttpProbe(settings, CLOCK).look(Verb.DISABLE)
        assert look.verdict is Verdict.OPEN


async def test_a_redirect_is_not_followed_and_leaves_it_open_whether_it_acted(bot: ControlledBot) -> None:
    with scripted(lambda asked: Answer(307, location=bot.control_url)) as fake:
        adapter = adapter_for(bot, f"{fake.url}/control/state")
        with pytest.raises(AdapterAmbiguous, match="not followed"):
            await adapter.apply(await planned(adapter), "ACT-1")
        assert len(fake.asked) == 1
        assert bot.mode == "normal", "nobody was led to the real bot"


async def test_an_answer_of_a_gigabyte_is_read_to_its_beginning_alone(bot: ControlledBot) -> None:
    with scripted(lambda asked: Answer(200, b"{", flood=1_000_000_000)) as fake:
        adapter = adapter_for(bot, f"{fake.url}/control/state")
        async with asyncio.timeout(60):
            receipt = await adapter.apply(await planned(adapter), "ACT-1")
            await adapter.snapshot()
        assert len(receipt.text) < 300
        assert fake.flooded < 50_000_000


@pytest.mark.parametrize("speaks_tls", [True, False])
async def test_where_the_certificate_is_wrong_or_there_is_none_no_signed_request_leaves(
    bot: ControlledBot, tmp_path: Path, speaks_tls: bool
) -> None:
    tls = own_certificate(tmp_path) if speaks_tls else None
    with scripted(lambda asked: Answer(200, b"{}"), tls) as fake:
        adapter = adapter_for(bot, fake.url.replace("http:", "https:"))
        with pytest.raises(AdapterFailed, match="nothing was sent"):
            await adapter.apply(await planned(adapter), "ACT-1")
        assert fake.asked == []
