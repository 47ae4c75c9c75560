"""What the store answers to oauthlib: nobody gets what is not theirs."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from oauthlib.common import Request
from oauthlib.oauth2 import InvalidClientError

from warroom.drill.refbot.oauth_store import NewClient, Token, TokenStore
from warroom.drill.refbot.oauth_validator import Caller, StoreValidator

ADMIN = "an-administrator"


@pytest.fixture
def store(tmp_path: Path) -> TokenStore:
    made = TokenStore(tmp_path / "oauth.db", lambda: 1000.0)
    for name in ("web", "other"):
        made.register(NewClient(name, f"secret of {name}"))
        made.issue(Token(f"token-{name}", name, "chat", 1000.0, 1060.0))
    return made


@pytest.fixture
def validator(store: TokenStore) -> StoreValidator:
    return StoreValidator(store, ADMIN, lambda: 1000.0)


def asked(authorization: str = "", body: str = "") -> Any:
    return Request("/oauth/token", "POST", body, {"Authorization": authorization})


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("request_", "caller"),
    [
        (asked(basic("web:secret of web")), Caller("web")),
        (asked("", "client_id=web&client_secret=secret+of+web"), Caller("web")),
        (asked(f"Bearer {ADMIN}"), Caller("", admin=True)),
        (asked(f"bearer {ADMIN}"), Caller("", admin=True)),
    ],
)
def test_who_asks_is_known_by_secret_or_token(validator: StoreValidator, request_: Any, caller: Caller) -> None:
    assert validator.authenticate_client(request_)
    assert request_.client == caller


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(basic("web:wrong")),
        asked(basic("web")),
        asked("Basic ???"),
        asked("Basic /w=="),
        asked("Bearer wrong"),
        asked("Bearer "),
        asked(basic("other:secret of web")),
        asked("Basic ???", "client_id=web&client_secret=secret+of+web"),
    ],
)
def test_anybody_else_is_nobody(validator: StoreValidator, request_: Any) -> None:
    assert not validator.authenticate_client(request_)


def test_a_disabled_client_is_nobody(validator: StoreValidator, store: TokenStore) -> None:
    store.change("web", "", "chat", enabled=False)
    assert not validator.authenticate_client(asked(basic("web:secret of web")))


def test_a_client_that_is_disabled_while_it_asks_gets_no_token(validator: StoreValidator, store: TokenStore) -> None:
    request = asked()
    request.client, request.scopes = Caller("web"), ["chat"]
    store.change("web", "", "chat", enabled=False)
    with pytest.raises(InvalidClientError):
        validator.save_token({"access_token": "late", "expires_in": 60}, request)
    assert store.token("late") is None


@pytest.mark.parametrize(
    ("caller", "over"), [(Caller("web"), False), (Caller("other"), True), (Caller("", True), True)]
)
def test_only_its_client_and_the_administrator_see_and_end_a_token(
    validator: StoreValidator, store: TokenStore, caller: Caller, over: bool
) -> None:
    request = asked()
    request.client = caller
    assert (validator.introspect_token("token-other", None, request) is not None) is over
    validator.revoke_token("token-other", None, request)
    assert (store.token("token-other") is None) is over


def test_the_administrator_gets_no_token(validator: StoreValidator) -> None:
    assert not validator.validate_grant_type("", "client_credentials", Caller("", admin=True), asked())
    assert not validator.validate_grant_type("web", "password", Caller("web"), asked())
    assert validator.validate_grant_type("web", "client_credentials", Caller("web"), asked())
