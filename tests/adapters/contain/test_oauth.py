"""The OAuth client: disabled before its tokens end, proved by its users' path, and no token is shown anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_oauth import OAuthBot, oauth_bot
from tests.adapters.contain.scripted_server import Answer, Asked, scripted
from tests.adapters.time_over import PATIENCE_S
from tests.drill.refbot.running import ADMIN, CLIENT, running
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.oauth import OAuthAdapter
from warroom.adapters.contain.oauth_token import digest_of
from warroom.core.model import Plan, Reversible, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Checked
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import OAuthSettings
from warroom.drill.refbot.options import Options
from warroom.engine.prover import Prover

CLOCK = SystemClock()


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[OAuthBot]:
    with oauth_bot(tmp_path) as running:
        yield running


def adapter_for(settings: OAuthSettings) -> OAuthAdapter:
    return OAuthAdapter("support", settings, CLOCK, lambda verb: f"ask for {verb}")


async def planned(adapter: OAuthAdapter) -> Plan:
    return await adapter.plan(Verb.REVOKE, None)


async def looks(bot: OAuthBot, count: int = 3) -> set[Verdict]:
    probe = HttpProbe(bot.probe, CLOCK)
    return {(await probe.look(Verb.REVOKE)).verdict for _ in range(count)}


async def test_every_token_ends_and_the_client_gets_none_until_it_is_released(bot: OAuthBot) -> None:
    tokens = [bot.bot.token() for _ in range(7)]
    adapter = adapter_for(bot.settings())
    plan = await planned(adapter)
    receipt = await adapter.apply(plan, "ACT-001")
    assert "8 tokens revoked" in receipt.text
    assert bot.live() == []
    assert bot.bot.token() == ""
    assert {bot.bot.chat(token=token) for token in tokens} == {401}
    assert await looks(bot) == {Verdict.CONTAINED}
    await adapter.release(plan, "ACT-001")
    assert await looks(bot) == {Verdict.OPEN}
    assert {bot.bot.chat(token=token) for token in tokens} == {401}, "what was revoked stays revoked"


async def test_more_tokens_than_one_list_holds_are_all_revoked(bot: OAuthBot) -> None:
    tokens = {bot.front.token, *(bot.bot.token() for _ in range(6))}
    adapter = adapter_for(bot.settings(tokens_url=bot.bot.bot.at("/oauth/clients/web/tokens?limit=2")))
    receipt = await adapter.apply(await planned(adapter), "ACT-001")
    assert (bot.live(), f"{len(tokens)} tokens revoked" in receipt.text) == ([], True)


async def test_a_plan_is_the_same_while_tokens_come_and_go_and_says_what_cannot_come_back(bot: OAuthBot) -> None:
    adapter = adapter_for(bot.settings())
    plan = await planned(adapter)
    bot.bot.token()
    assert (await planned(adapter)).sha256 == plan.sha256
    assert plan.reversible is Reversible.BEST_EFFORT
    assert "revoked tokens stay revoked" in plan.undo
    assert any("each live token" in line for line in plan.exact)


async def test_no_token_is_in_plan_receipt_evidence_check_or_observation(bot: OAuthBot) -> None:
    adapter = adapter_for(bot.settings())
    tokens = [bot.front.token, bot.bot.token()]
    plan = await planned(adapter)
    said = [msgspec.json.encode(plan).decode(), str(await adapter.check(Verb.REVOKE)), str(adapter.needs())]
    said += [(await adapter.observe(Verb.REVOKE)).text, (await adapter.snapshot())[0][1].decode()]
    said += [(await adapter.apply(plan, "ACT-001")).text, (await adapter.release(plan, "ACT-001")).text]
    assert not [word for word in (*tokens, ADMIN, CLIENT[1]) if word in " ".join(said)]
    assert all(digest_of(token) in said[-2] and digest_of(token) in said[4] for token in tokens)


async def test_a_client_that_was_disabled_before_stays_so_at_the_release(bot: OAuthBot) -> None:
    adapter = adapter_for(bot.settings())
    off = {"client_id": "web", "scope": "chat", "enabled": False}
    bot.bot.admin("PUT", "/oauth/clients/web", json=off)
    plan = await planned(adapter)
    await adapter.apply(plan, "ACT-001")
    assert bot.live() == []
    assert "stays so" in (await adapter.release(plan, "ACT-001")).text
    assert bot.bot.token() == ""


async def test_a_client_that_somebody_enabled_since_the_plan_is_left_alone(bot: OAuthBot) -> None:
    adapter = adapter_for(bot.settings())
    body = {"client_id": "web", "scope": "chat", "enabled": False}
    bot.bot.admin("PUT", "/oauth/clients/web", json=body)
    plan = await planned(adapter)
    bot.bot.admin("PUT", "/oauth/clients/web", json={**body, "enabled": True})
    with pytest.raises(AdapterFailed, match="somebody enabled client web since the plan"):
        await adapter.apply(plan, "ACT-001")
    assert len(bot.live()) == 1


async def test_a_plan_for_another_client_is_refused(bot: OAuthBot) -> None:
    plan = await planned(adapter_for(bot.settings()))
    other = adapter_for(bot.settings(client_url=bot.bot.bot.at("/oauth/clients/other")))
    for act in (other.apply, other.release):
        with pytest.raises(AdapterFailed, match="another client since the plan"):
            await act(plan, "ACT-001")
        with pytest.raises(AdapterFailed, match="names no OAuth client"):
            await act(msgspec.structs.replace(plan, restore=""), "ACT-001")


async def test_a_token_that_may_not_manage_the_client_fails_with_advice_and_changes_nothing(bot: OAuthBot) -> None:
    adapter = adapter_for(bot.settings())
    plan = await planned(adapter)
    bot.admin_file.write_text("another-token")
    with pytest.raises(AdapterFailed, match="401; may the engine's token manage this client"):
        await adapter.apply(plan, "ACT-001")
    states = {check.name: check.state for check in await adapter.check(Verb.REVOKE)}
    assert states["client"] is states["live tokens"] is Checked.FAILED
    assert await looks(bot, 1) == {Verdict.OPEN}


async def test_the_check_looks_at_all_but_the_revocation_itself(bot: OAuthBot) -> None:
    adapter = adapter_for(bot.settings())
    states = {check.name: check.state for check in await adapter.check(Verb.REVOKE)}
    good = dict.fromkeys(("engine's token", "client", "live tokens"), Checked.OK)
    assert states == {**good, "revocation endpoint": Checked.UNKNOWN}
    bot.admin_file.unlink()
    (check,) = await adapter.check(Verb.REVOKE)
    assert check.state is Checked.FAILED


class Fake:
    """An OAuth server of the test's own, with habits."""

    def __init__(self) -> None:
        self.enabled = True
        self.tokens = {"token-0"}
        self.late: list[str] = []
        """Tokens that are issued, one at each revocation, though the client is disabled."""
        self.on_revoke: Callable[[], Answer] = lambda: Answer(200)
        self.revokes = True
        self.breaks_after = 1000
        """How many lists it gives before it breaks."""
        self.order: list[str] = []

    def __call__(self, asked: Asked) -> Answer:
        self.order.append(f"{asked.method} {asked.path}")
        match asked.path:
            case "/tokens":
                self.breaks_after -= 1
                if self.breaks_after < 0:
                    return Answer(500)
                return Answer(200, json.dumps({"tokens": [{"token": one} for one in sorted(self.tokens)]}).encode())
            case "/revoke":
                if self.revokes:
                    self.tokens.discard(parse_qs(asked.body.decode())["token"][0])
                if self.late:
                    self.tokens.add(self.late.pop())
                return self.on_revoke()
            case _:
                if asked.method == "PUT":
                    self.enabled = json.loads(asked.body)["enabled"]
                return Answer(200, json.dumps({"client_id": "web", "enabled": self.enabled}).encode())


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def faked(fake: Fake, tmp_path: Path) -> Iterator[OAuthSettings]:
    file = tmp_path / "admin"
    file.touch(0o600)
    file.write_text(ADMIN)
    with scripted(fake) as server:
        client, tokens, revoke = (f"{server.url}/{name}" for name in ("client", "tokens", "revoke"))
        yield OAuthSettings("web", client, tokens, revoke, str(file), timeout_s=PATIENCE_S)


async def test_the_client_is_disabled_before_its_tokens_are_even_listed(fake: Fake, faked: OAuthSettings) -> None:
    await adapter_for(faked).apply(await planned(adapter_for(faked)), "ACT-001")
    acts = ["GET /client", "PUT /client", "GET /client", "GET /tokens", "POST /revoke", "GET /tokens"]
    assert fake.order == ["GET /client", *acts]


async def test_tokens_that_are_issued_while_others_are_revoked_end_too(fake: Fake, faked: OAuthSettings) -> None:
    fake.late = ["late-1", "late-2", "late-3"]
    receipt = await adapter_for(faked).apply(await planned(adapter_for(faked)), "ACT-001")
    assert (fake.tokens, "4 tokens revoked" in receipt.text) == (set(), True)


async def test_tokens_that_outlive_their_revocation_are_a_doubt_and_never_a_success(
    fake: Fake, faked: OAuthSettings
) -> None:
    fake.revokes = False
    with pytest.raises(AdapterAmbiguous, match=r"1 token listed still after a revoke \(sha256:\w{12}\), though .* 200"):
        await adapter_for(faked).apply(await planned(adapter_for(faked)), "ACT-001")
    assert fake.order.count("POST /revoke") == 2


async def test_a_server_that_refuses_to_revoke_is_a_doubt_that_says_so(fake: Fake, faked: OAuthSettings) -> None:
    fake.revokes, fake.on_revoke = False, lambda: Answer(403, b"token-0")
    with pytest.raises(AdapterAmbiguous, match="answers 403; may the engine's token") as doubt:
        await adapter_for(faked).apply(await planned(adapter_for(faked)), "ACT-001")
    assert "token-0" not in str(doubt.value)


async def test_tokens_without_end_are_a_doubt_in_time(fake: Fake, faked: OAuthSettings) -> None:
    fake.late = [f"late-{n}" for n in range(100_000)]
    adapter = adapter_for(msgspec.structs.replace(faked, revoke_within_s=0.3))
    with pytest.raises(AdapterAmbiguous, match=r"not every token is known to be revoked after 0\.3 s"):
        await adapter.apply(await planned(adapter), "ACT-001")


async def test_a_list_that_breaks_after_the_client_was_disabled_is_a_doubt_and_the_next_try_ends_it(
    fake: Fake, faked: OAuthSettings, tmp_path: Path
) -> None:
    plan = await planned(adapter_for(faked))
    lost = adapter_for(msgspec.structs.replace(faked, tokens_url=faked.client_url))
    for _ in range(2):
        with pytest.raises(AdapterAmbiguous, match="something may be changed by now"):
            await lost.apply(plan, "ACT-001")
    assert fake.enabled is False
    await adapter_for(faked).apply(plan, "ACT-001")
    assert fake.tokens == set()


async def test_a_list_that_breaks_after_tokens_of_a_disabled_client_were_revoked_is_a_doubt(
    fake: Fake, faked: OAuthSettings
) -> None:
    fake.enabled = False
    plan = await planned(adapter_for(faked))
    fake.breaks_after = 1
    with pytest.raises(AdapterAmbiguous, match="something may be changed by now"):
        await adapter_for(faked).apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="answers 500"):
        await adapter_for(faked).apply(plan, "ACT-001")


async def test_a_release_that_is_not_followed_is_a_doubt(fake: Fake, faked: OAuthSettings) -> None:
    adapter = adapter_for(faked)
    plan = await planned(adapter)
    await adapter.apply(plan, "ACT-001")
    # A server that takes the change and answers as if nothing had been asked.
    with scripted(lambda asked: Answer(200, b'{"client_id": "web", "enabled": false}')) as deaf:
        moved = msgspec.structs.replace(faked, client_url=f"{deaf.url}/client")
        kept = plan.restore.replace(faked.client_url, moved.client_url)
        with pytest.raises(AdapterAmbiguous, match="web is still disabled"):
            await adapter_for(moved).release(msgspec.structs.replace(plan, restore=kept), "ACT-001")


async def proved(verb: Verb, probe: ProbeSettings) -> Verdict:
    """What the engine would write down after an act that was called a success."""
    prover = Prover(CLOCK, {"support": [HttpProbe(probe, CLOCK)]})
    return (await prover.look("support", verb, Verdict.CONTAINED, 0.0)).verdict


async def test_a_revoke_of_an_unknown_token_is_answered_200_and_proved_open(bot: OAuthBot) -> None:
    assert bot.bot.admin("POST", "/oauth/revoke", data={"token": "unknown"}).status_code == 200
    assert await proved(Verb.REVOKE, bot.probe) is Verdict.OPEN


async def test_a_revoke_of_every_token_without_disabling_the_client_is_proved_open(bot: OAuthBot) -> None:
    before = bot.live()
    for token in before:
        assert bot.bot.admin("POST", "/oauth/revoke", data={"token": token}).status_code == 200
    assert {bot.bot.chat(token=token) for token in before} == {401}
    assert await proved(Verb.REVOKE, bot.probe) is Verdict.OPEN
    assert bot.live() != before


async def test_a_client_that_is_disabled_without_revoking_its_tokens_is_proved_open(bot: OAuthBot) -> None:
    bot.bot.admin("PUT", "/oauth/clients/web", json={"client_id": "web", "scope": "chat", "enabled": False})
    assert bot.bot.token() == ""
    assert await proved(Verb.REVOKE, bot.probe) is Verdict.OPEN


async def test_an_adapter_that_says_done_and_does_nothing_is_proved_open_and_the_real_one_contained(
    bot: OAuthBot,
) -> None:
    liar = NothingDoer("support", kind="oauth", verbs=frozenset({Verb.REVOKE}))
    assert (await liar.apply(await liar.plan(Verb.REVOKE, None), "ACT-001")).text == "done"
    assert await proved(Verb.REVOKE, bot.probe) is Verdict.OPEN
    adapter = adapter_for(bot.settings())
    await adapter.apply(await planned(adapter), "ACT-002")
    assert await proved(Verb.REVOKE, bot.probe) is Verdict.CONTAINED


async def test_an_order_that_one_of_two_private_workers_heard_is_proved_open_by_twenty_looks(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as two:
        assert two.order("disabled") == 200
        probe = ProbeSettings(two.bot.url, body='{"message":"good morning"}', timeout_s=PATIENCE_S, samples=20)
        # All may meet the one that heard when the other gets no processor meanwhile: then once more.
        async with asyncio.timeout(60):
            while await proved(Verb.DISABLE, probe) is not Verdict.OPEN:
                continue
