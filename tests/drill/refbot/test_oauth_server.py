"""The OAuth server of a running bot: tokens, their end, and who may ask for what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drill.refbot.running import CLIENT, Asked, oauth_options, running
from warroom.drill.refbot.launch import BotFailed
from warroom.drill.refbot.options import Auth, Options


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    folder = tmp_path_factory.mktemp("oauth")
    with running(folder, oauth_options(folder, workers=2)) as bot:
        yield bot


@pytest.fixture
def bot(shared: Asked) -> Asked:
    """The bot with its client enabled again and no token left."""
    shared.admin("PUT", "/oauth/clients/web", json={"client_id": "web", "scope": "chat", "enabled": True})
    while tokens := shared.admin("GET", "/oauth/clients/web/tokens").json()["tokens"]:
        for one in tokens:
            shared.admin("POST", "/oauth/revoke", data={"token": one["token"]})
    return shared


def active(bot: Asked, token: str) -> object:
    return bot.admin("POST", "/oauth/introspect", data={"token": token}).json()["active"]


def test_a_chat_needs_a_token_and_every_worker_knows_it(bot: Asked) -> None:
    token = bot.token()
    assert bot.chat() == 401
    assert bot.chat(token="made-up") == 401
    assert {bot.chat(token=token) for _ in range(10)} == {200}


def test_what_the_clients_secret_does_not_fit_gets_no_token(bot: Asked) -> None:
    for client in ((CLIENT[0], "wrong"), ("nobody", CLIENT[1]), ("", "")):
        assert bot.token(client) == ""


@pytest.mark.parametrize(
    "body", [b"", b"grant_type=password", b"\xff", b"%zz", b"grant_type=client_credentials&scope=root"]
)
def test_what_is_no_request_for_a_token_gets_none(bot: Asked, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = bot.send("POST", "/oauth/token", content=body, headers=headers, auth=CLIENT)
    assert answer.status_code == 400
    assert "access_token" not in answer.text


def test_a_revoked_token_is_over_and_the_client_has_a_new_one_at_once(bot: Asked) -> None:
    token = bot.token()
    assert active(bot, token) is True
    assert bot.admin("POST", "/oauth/revoke", data={"token": token}).status_code == 200
    assert active(bot, token) is False
    assert {bot.chat(token=token) for _ in range(6)} == {401}
    assert bot.chat(token=bot.token()) == 200


def test_revoking_a_token_that_does_not_exist_is_answered_200_and_changes_nothing(bot: Asked) -> None:
    token = bot.token()
    assert bot.admin("POST", "/oauth/revoke", data={"token": "unknown"}).status_code == 200
    assert active(bot, token) is True
    assert bot.chat(token=token) == 200


def test_a_disabled_client_gets_no_token_and_keeps_those_that_it_has(bot: Asked) -> None:
    token = bot.token()
    body = {"client_id": "web", "scope": "chat", "enabled": False}
    assert bot.admin("PUT", "/oauth/clients/web", json=body).json()["enabled"] is False
    assert bot.token() == ""
    assert bot.chat(token=token) == 200
    bot.admin("PUT", "/oauth/clients/web", json={**body, "enabled": True})
    assert bot.token() != ""


def test_a_client_revokes_and_sees_its_own_tokens(bot: Asked) -> None:
    token = bot.token()
    seen = bot.send("POST", "/oauth/introspect", data={"token": token}, auth=CLIENT).json()
    assert (seen["active"], seen["client_id"], seen["scope"]) == (True, "web", "chat")
    assert bot.send("POST", "/oauth/revoke", data={"token": token}, auth=CLIENT).status_code == 200
    assert bot.chat(token=token) == 401


def test_live_tokens_are_listed_for_the_administrator_in_pages(bot: Asked) -> None:
    tokens = {bot.token() for _ in range(3)}
    listed = bot.admin("GET", "/oauth/clients/web/tokens").json()["tokens"]
    assert {one["token"] for one in listed} == tokens
    assert len(bot.admin("GET", "/oauth/clients/web/tokens?limit=2").json()["tokens"]) == 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/oauth/clients/web"),
        ("PUT", "/oauth/clients/web"),
        ("GET", "/oauth/clients/web/tokens"),
        ("POST", "/oauth/introspect"),
        ("POST", "/oauth/revoke"),
    ],
)
@pytest.mark.parametrize("authorization", ["", "Bearer wrong", "Basic eA==", "Bearer \xe9"])
def test_nobody_else_manages_clients_or_tokens(bot: Asked, method: str, path: str, authorization: str) -> None:
    headers = {b"authorization": authorization.encode("latin-1")}
    words = {"data": {"token": "t"}} if method == "POST" else {}
    assert bot.send(method, path, headers=headers, **words).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{}, {"client_id": "other"}, {"client_id": "web", "client_id_issued_at": 1}, {"client_id": "web", "enabled": 0}],
)
def test_what_is_no_metadata_changes_nothing(bot: Asked, body: dict[str, object]) -> None:
    before = bot.admin("GET", "/oauth/clients/web").json()
    assert bot.admin("PUT", "/oauth/clients/web", json=body).status_code == 400
    assert bot.admin("GET", "/oauth/clients/web").json() == before


def test_a_client_that_does_not_exist_is_not_found(bot: Asked) -> None:
    assert bot.admin("GET", "/oauth/clients/nobody").status_code == 404


def test_a_token_that_lacks_the_scope_opens_nothing(bot: Asked) -> None:
    bot.admin("PUT", "/oauth/clients/web", json={"client_id": "web", "scope": "read", "enabled": True})
    assert bot.chat(token=bot.token()) == 401


def test_no_token_and_no_secret_reaches_the_bots_log(bot: Asked) -> None:
    token = bot.token()
    bot.chat(token=token)
    bot.chat(token="made-up-by-somebody")
    written = (bot.bot.folder / "bot.log").read_text() + (bot.bot.folder / "bot.out").read_text()
    assert "invalid_token" in written
    assert not [word for word in (token, "made-up-by-somebody", CLIENT[1]) if word in written]


def test_a_bot_without_its_oauth_file_does_not_start_open(tmp_path: Path) -> None:
    options = Options(auth=Auth.OAUTH, oauth_file=str(tmp_path / "absent"))
    with pytest.raises(BotFailed, match="No such file"), running(tmp_path, options):
        pass
