"""A look at a token: only a plain true or false is a verdict, and no token is shown."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.rig_oauth import OAuthBot, oauth_bot
from tests.adapters.contain.scripted_server import Answer, scripted
from tests.adapters.time_over import PATIENCE_S, over_once_sent
from tests.drill.refbot.running import ADMIN
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import probes_for
from warroom.adapters.probe.introspection import IntrospectionLook
from warroom.core.model import Verb, Verdict
from warroom.core.settings import BotSettings
from warroom.core.settings_probe import IntrospectionProbe

CLOCK = SystemClock()
TOKEN = "a-token-of-the-bot"


def settings(folder: Path, url: str, token_file: Path | None = None) -> IntrospectionProbe:
    files = {"token": TOKEN, "admin": ADMIN}
    for name, content in files.items():
        (folder / name).touch(0o600)
        (folder / name).write_text(content)
    return IntrospectionProbe(
        verbs=[Verb.REVOKE],
        url=url,
        token_file=str(token_file or folder / "token"),
        admin_token_file=str(folder / "admin"),
        timeout_s=PATIENCE_S,
    )


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[OAuthBot]:
    with oauth_bot(tmp_path) as running:
        yield running


async def test_a_live_token_is_open_and_a_revoked_one_contained(bot: OAuthBot, tmp_path: Path) -> None:
    probe = settings(tmp_path, bot.bot.bot.at("/oauth/introspect"), bot.front.token_file)
    (look,) = probes_for(BotSettings([], probes={"token": probe}), CLOCK)
    verdicts = [(await look.look(Verb.REVOKE)).verdict]
    bot.bot.admin("POST", "/oauth/revoke", data={"token": "unknown"})
    verdicts.append((await look.look(Verb.REVOKE)).verdict)
    bot.bot.admin("POST", "/oauth/revoke", data={"token": bot.front.token})
    verdicts.append((await look.look(Verb.REVOKE)).verdict)
    bot.front.renew()
    verdicts.append((await look.look(Verb.REVOKE)).verdict)
    assert verdicts == [Verdict.OPEN, Verdict.OPEN, Verdict.CONTAINED, Verdict.OPEN]


def test_it_judges_the_verbs_that_it_names_and_says_what_it_asks(tmp_path: Path) -> None:
    look = IntrospectionLook("token", settings(tmp_path, "https://login.example.org/introspect?key=secret"), CLOCK)
    assert [verb for verb in Verb if look.judges(verb)] == [Verb.REVOKE]
    told = look.describe(Verb.REVOKE)
    assert "active false means contained, active true means open (3 looks)" in told
    assert "POST https://login.example.org/introspect" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"active": true, "scope": "chat"}', Verdict.OPEN),
        (200, b'{"active": false}', Verdict.CONTAINED),
        (200, b'{"active": 0}', Verdict.UNKNOWN),
        (200, b'{"active": "false"}', Verdict.UNKNOWN),
        (200, b'{"active": null}', Verdict.UNKNOWN),
        (200, b"{}", Verdict.UNKNOWN),
        (200, b"[false]", Verdict.UNKNOWN),
        (200, b"", Verdict.UNKNOWN),
        (200, b"\xff", Verdict.UNKNOWN),
        (200, b'{"a":' + b"[" * 5000, Verdict.UNKNOWN),
        (200, b"<html>please log in</html>", Verdict.UNKNOWN),
        (302, b'{"active": false}', Verdict.UNKNOWN),
        (401, b'{"active": false}', Verdict.UNKNOWN),
        (500, b'{"active": false}', Verdict.UNKNOWN),
    ],
)
async def test_only_a_plain_answer_is_a_verdict(tmp_path: Path, status: int, body: bytes, verdict: Verdict) -> None:
    with scripted(lambda asked: Answer(status, body)) as server:
        sample = await IntrospectionLook("token", settings(tmp_path, server.url), CLOCK).look(Verb.REVOKE)
    assert sample.verdict is verdict


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (b'{"active": true}', Verdict.OPEN),
        (b'{"active": false}', Verdict.CONTAINED),
        (b"{}", Verdict.UNKNOWN),
        # Where nobody listens nobody is told that the token lives.
        (None, Verdict.CONTAINED),
    ],
)
async def test_each_address_of_the_server_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: bytes | None, verdict: Verdict
) -> None:
    find = socket.getaddrinfo
    hosts = ["127.0.0.1", "127.0.0.2"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, *more, **named: [one for h in hosts for one in find(h, *more, **named)]
    )
    with contextlib.ExitStack() as running:
        first = running.enter_context(scripted(lambda asked: Answer(200, b'{"active": false}')))
        port = first.server.server_port
        if second is not None:
            running.enter_context(scripted(lambda asked: Answer(200, second), place=("127.0.0.2", port)))
        probe = settings(tmp_path, f"http://login.test:{port}/introspect")
        sample = await IntrospectionLook("token", probe, CLOCK).look(Verb.REVOKE)
    assert sample.verdict is verdict
    assert sample.got.startswith("127.0.0.1: HTTP 200: not active; 127.0.0.2: ")


async def test_no_token_is_shown_also_when_the_server_repeats_it(tmp_path: Path) -> None:
    repeated = f'{{"token": "{TOKEN}"}}'.encode()
    answers = [Answer(200, repeated), Answer(403, f"{TOKEN} {ADMIN}".encode()), Answer(200, b'{"active": true}')]
    with scripted(lambda asked: answers.pop()) as server:
        look = IntrospectionLook("token", settings(tmp_path, server.url), CLOCK)
        samples = [await look.look(Verb.REVOKE) for _ in range(3)]
    for sample in samples:
        assert not [word for word in (TOKEN, ADMIN) if word in sample.sent + sample.got]
        assert "sha256:" in sample.sent


async def test_silence_refusal_and_a_missing_token_tell_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/introspect"
        with over_once_sent(url):
            hung = await IntrospectionLook("token", settings(tmp_path, url), CLOCK).look(Verb.REVOKE)
    refused = await IntrospectionLook("token", settings(tmp_path, url), CLOCK).look(Verb.REVOKE)
    absent = await IntrospectionLook("token", settings(tmp_path, url, tmp_path / "absent"), CLOCK).look(Verb.REVOKE)
    assert {one.verdict for one in (hung, refused, absent)} == {Verdict.UNKNOWN}
    assert "no answer within 30 s" in hung.got
    assert "refused" in refused.got
    assert "cannot be read" in absent.got


async def test_a_token_file_that_others_may_read_tells_nothing(tmp_path: Path) -> None:
    with scripted(lambda asked: Answer(200, b'{"active": false}')) as server:
        probe = settings(tmp_path, server.url)
        (tmp_path / "admin").chmod(0o644)
        sample = await IntrospectionLook("token", probe, CLOCK).look(Verb.REVOKE)
    assert (sample.verdict, "chmod 600" in sample.got) == (Verdict.UNKNOWN, True)
