"""An OAuth server that misbehaves: a failure or a doubt, bounded in time and memory, and no token is shown."""

from __future__ import annotations

import json
import ssl
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.scripted_server import Answer, Asked, own_certificate, scripted
from tests.adapters.time_over import PATIENCE_S, LoopClock
from warroom.adapters.contain import http_exchange
from warroom.adapters.contain.http_exchange import BODY_LIMIT
from warroom.adapters.contain.oauth_server import OAuthServer
from warroom.core.ports import AdapterAmbiguous, AdapterFailed
from warroom.core.settings_contain import OAuthSettings

ADMIN = "the-engines-own-token"
SECRET = "a-live-token-of-the-client"
PLAIN = {"client_id": "web", "enabled": True, "client_secret": "never-shown", "quota": 12345678901234567890}


@pytest.fixture
def patient_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads a body gives up late: on a busy machine it may take its time."""
    monkeypatch.setattr(http_exchange, "_BODY_PATIENCE_S", PATIENCE_S)


def server_at(url: str, **others: object) -> OAuthServer:
    known = {
        "client_id": "web",
        "client_url": f"{url}/client",
        "tokens_url": f"{url}/tokens?key=hidden",
        "revoke_url": f"{url}/revoke",
        "admin_token_file": "/unused",
        "timeout_s": PATIENCE_S,
    }
    return OAuthServer(msgspec.convert({**known, **others}, OAuthSettings), ADMIN)


def registered(**fields: object) -> Answer:
    return Answer(200, json.dumps({**PLAIN, **fields}).encode())


def listed(*tokens: object) -> Answer:
    return Answer(200, json.dumps({"tokens": [{"token": token} for token in tokens]}).encode())


def shown_nothing(error: Exception) -> bool:
    return not [word for word in (ADMIN, SECRET, "never-shown", "hidden") if word in str(error)]


async def test_a_change_sends_every_field_as_it_was_but_one_and_none_that_is_the_servers_own() -> None:
    kept: dict[str, object] = {**PLAIN, "client_id_issued_at": 5, "registration_access_token": SECRET}

    def decide(asked: Asked) -> Answer:
        if asked.method == "PUT":
            kept.update(json.loads(asked.body))
        return Answer(200, json.dumps(kept).encode())

    with scripted(decide) as fake:
        server = server_at(fake.url)
        await server.set_enabled(await server.registration(), False)
    (put,) = [asked for asked in fake.asked if asked.method == "PUT"]
    assert json.loads(put.body) == {**PLAIN, "enabled": False}
    assert {asked.authorization for asked in fake.asked} == {f"Bearer {ADMIN}"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b""),
        Answer(200, b"<html>please log in</html>"),
        Answer(200, b"[]"),
        Answer(200, b"\xff"),
        Answer(200, b'{"a":' + b"[" * 20_000),
        Answer(200, b'{"client_id": "web"}'),
        Answer(200, b'{"enabled": true}'),
        registered(enabled="true"),
        registered(enabled=None),
        registered(enabled=1),
        registered(client_id="another"),
        registered(client_id=7),
        Answer(204),
        Answer(302, location="http://127.0.0.1:1/client"),
        Answer(401, SECRET.encode()),
        Answer(404, SECRET.encode()),
        Answer(500, SECRET.encode()),
        Answer(200, hangs=True),
        Answer(200, drops=True),
    ],
)
async def test_what_is_no_registration_is_a_failure(answer: Answer) -> None:
    with scripted(lambda asked: answer) as fake:
        fake.hung = LoopClock().forward
        with pytest.raises(AdapterFailed) as failure:
            await server_at(fake.url).registration()
    assert shown_nothing(failure.value)
    assert len(fake.asked) == 1, "redirects are not followed"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b""),
        Answer(200, b"[]"),
        Answer(200, b"{}"),
        Answer(200, json.dumps({"tokens": [SECRET]}).encode()),
        Answer(200, json.dumps({"tokens": None}).encode()),
        listed(SECRET, ""),
        listed(SECRET, 7),
        listed("x" * 20_000),
        Answer(403, SECRET.encode()),
        Answer(302, location="http://127.0.0.1:1/tokens"),
    ],
)
async def test_what_is_no_list_is_a_failure_and_a_doubt_once_something_was_changed(answer: Answer) -> None:
    with scripted(lambda asked: answer) as fake:
        server = server_at(fake.url)
        with pytest.raises(AdapterFailed) as failure:
            await server.live_tokens()
        server.acted = True
        with pytest.raises(AdapterAmbiguous, match="something may be changed by now") as doubt:
            await server.live_tokens()
    assert shown_nothing(failure.value)
    assert shown_nothing(doubt.value)


async def test_a_list_names_each_token_once() -> None:
    with scripted(lambda asked: listed("a", "b", "a")) as fake:
        assert await server_at(fake.url).live_tokens() == ["a", "b"]


@pytest.mark.usefixtures("patient_reader")
async def test_a_list_that_is_too_long_is_never_taken_for_the_whole() -> None:
    beginning = json.dumps({"tokens": [{"token": "a"}]}).encode()
    with (
        scripted(lambda asked: Answer(200, beginning + b" " * BODY_LIMIT)) as fake,
        pytest.raises(AdapterFailed, match="lists more than 64 kB"),
    ):
        await server_at(fake.url).live_tokens()


@pytest.mark.usefixtures("patient_reader")
async def test_a_gigabyte_is_left_where_it_is() -> None:
    with scripted(lambda asked: Answer(200, b'{"tokens": [', flood=1 << 30)) as fake:
        tracemalloc.start()
        try:
            with pytest.raises(AdapterFailed, match="lists more than"):
                await server_at(fake.url).live_tokens()
            assert tracemalloc.get_traced_memory()[1] < 32 << 20
        finally:
            tracemalloc.stop()
    assert fake.flooded < 64 << 20


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(400, SECRET.encode()), AdapterFailed),
        (Answer(302, location="http://127.0.0.1:1/client"), AdapterFailed),
        (Answer(403), AdapterFailed),
        (Answer(500, SECRET.encode()), AdapterAmbiguous),
        (Answer(200, hangs=True), AdapterAmbiguous),
        (Answer(200, drops=True), AdapterAmbiguous),
        (registered(enabled=True), AdapterAmbiguous),
    ],
)
async def test_a_change_that_was_not_taken_is_a_failure_and_one_that_may_be_a_doubt(
    answer: Answer, kind: type[Exception]
) -> None:
    with scripted(lambda asked: answer if asked.method == "PUT" else registered()) as fake:
        fake.hung = LoopClock().forward
        server = server_at(fake.url)
        registration = await server.registration()
        with pytest.raises(kind) as failure:
            await server.set_enabled(registration, False)
    assert shown_nothing(failure.value)


async def test_a_change_that_is_taken_and_not_followed_is_found_at_once() -> None:
    with scripted(lambda asked: registered()) as fake:
        server = server_at(fake.url)
        with pytest.raises(AdapterAmbiguous, match="takes the change, and web is still enabled"):
            await server.set_enabled(await server.registration(), False)


async def test_what_a_revocation_says_is_gathered_without_the_token() -> None:
    answers = {"a": Answer(200), "b": Answer(503, SECRET.encode()), "c": Answer(200, drops=True), SECRET: Answer(401)}

    def decide(asked: Asked) -> Answer:
        return next(answer for token, answer in answers.items() if f"token={token}&".encode() in asked.body)

    with scripted(decide) as fake:
        faults = await server_at(fake.url).revoke(list(answers))
    where = f"{fake.url}/revoke"
    assert faults[0] == f"{where} answers 503"
    assert faults[1].startswith(f"{where}: the connection was lost")
    assert faults[2] == f"{where} answers 401; may the engine's token manage this client and its tokens?"


async def test_many_tokens_are_revoked_a_few_at_once_and_each_once() -> None:
    with scripted(lambda asked: Answer(200)) as fake:
        assert await server_at(fake.url).revoke([f"t{n}" for n in range(50)]) == []
    assert len({asked.body for asked in fake.asked}) == len(fake.asked) == 50


async def test_nobody_listening_is_a_failure() -> None:
    with scripted(lambda asked: registered()) as fake:
        url = fake.url
    with pytest.raises(AdapterFailed, match="refused"):
        await server_at(url).registration()


@pytest.fixture
def unknown_certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's own certificate, which nobody vouches for."""
    return own_certificate(tmp_path)


async def test_where_nobody_vouches_for_the_certificate_no_token_leaves(unknown_certificate: ssl.SSLContext) -> None:
    with (
        scripted(lambda asked: registered(), unknown_certificate) as fake,
        pytest.raises(AdapterFailed, match="certificate"),
    ):
        await server_at(fake.url).registration()
    assert fake.asked == []
