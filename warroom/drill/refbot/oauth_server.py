"""The bot's OAuth 2.0 server: tokens by client credentials, their revocation and introspection, and its clients.

RFC 6749 section 4.4, RFC 7009 and RFC 7662 by oauthlib; the clients in the manner of RFC 7592, with `enabled` as one
more field of their metadata.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from flask import Blueprint, Flask, Response, request
from oauthlib.oauth2 import BackendApplicationServer, OAuth2Error

from warroom.drill.refbot.oauth_store import Client, NewClient, TokenStore
from warroom.drill.refbot.oauth_validator import StoreValidator

SCOPE = "chat"
TOKEN_LIFE_S = 3600
PAGE = 100
"""Tokens in one list, unless fewer are asked for."""
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the server has to know beforehand; the file is private."""

    admin_token: Annotated[str, msgspec.Meta(min_length=8)]
    clients: list[NewClient]


class _Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that changes a client: all that may be changed, as RFC 7592 section 2.2 wants it."""

    client_id: str
    client_name: str = ""
    scope: str = ""
    enabled: bool = True
    grant_types: tuple[str, ...] = ("client_credentials",)


class OAuth:
    """The server, and the guard that lets in who has a token."""

    def __init__(self, file: OAuthFile, store: TokenStore, now: Callable[[], float]) -> None:
        self.store = store
        for client in file.clients:
            store.register(client)
        self.validator = StoreValidator(store, file.admin_token, now)
        self._server = BackendApplicationServer(self.validator, token_expires_in=TOKEN_LIFE_S)

    def admits(self, authorization: str) -> bool:
        """Return whether an Authorization header carries a live token with the scope for a chat."""
        headers = {"Authorization": authorization}
        admitted, _ = self._server.verify_request("/v1/chat", "POST", None, headers, [SCOPE])
        return bool(admitted)

    def answer(self, act: str) -> Response:
        """Let oauthlib answer the present request: token, revoke or introspect."""
        acts = {
            "token": self._server.create_token_response,
            "revoke": self._server.create_revocation_response,
            "introspect": self._server.create_introspect_response,
        }
        headers = {"Authorization": request.headers.get("Authorization", "")}
        body = request.get_data().decode("utf-8", "replace")
        try:
            told, text, status = acts[act](request.full_path.rstrip("?"), request.method, body, headers)
        except OAuth2Error as error:
            told, text, status = {**_NO_STORE, **error.headers}, error.json, error.status_code
        return Response(text, status, headers=told, mimetype="application/json")


def oauth_from(path: Path, folder: Path, now: Callable[[], float]) -> OAuth:
    """Return the server that a file describes, with its tokens in `folder`; OSError or msgspec.DecodeError if not."""
    file = msgspec.json.decode(path.read_bytes(), type=OAuthFile)
    return OAuth(file, TokenStore(folder / "oauth.db", now), now)


def oauth_routes(oauth: OAuth) -> Blueprint:
    """Return the server's endpoints."""
    routes = Blueprint("oauth", __name__, url_prefix="/oauth")

    @routes.post("/<any(token, revoke, introspect):act>")
    def act(act: str) -> Response:
        return oauth.answer(act)

    @routes.before_request
    def only_the_administrator() -> Response | None:
        if request.endpoint == "oauth.act" or oauth.validator.is_admin(request.headers.get("Authorization", "")):
            return None
        return _said(401, {"error": "invalid_token"}, {"WWW-Authenticate": "Bearer"})

    @routes.route("/clients/<client_id>", methods=["GET", "PUT"])
    def client(client_id: str) -> Response:
        known = oauth.store.client(client_id)
        if known is None:
            return _said(404, {"error": "invalid_client_id"})
        if request.method == "GET":
            return _said(200, _told(known))
        try:
            wanted = msgspec.json.decode(request.get_data(), type=_Change)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _said(400, {"error": "invalid_client_metadata", "error_description": str(error)})
        if wanted.client_id != client_id:
            return _said(400, {"error": "invalid_client_metadata", "error_description": "another client_id"})
        oauth.store.change(client_id, wanted.client_name, wanted.scope, wanted.enabled)
        return _said(200, _told(oauth.store.client(client_id) or known))

    @routes.get("/clients/<client_id>/tokens")
    def tokens(client_id: str) -> Response:
        most = request.args.get("limit", PAGE, type=int)
        return _said(200, {"tokens": oauth.store.live(client_id, max(1, min(most, PAGE)))})

    return routes


def guard_chat(app: Flask, oauth: OAuth, refused: Callable[[str], None]) -> None:
    """Answer 401 to every chat without a token for it; `refused` hears from which address."""

    @app.before_request
    def admit() -> Response | None:
        if request.endpoint != "chat" or oauth.admits(request.headers.get("Authorization", "")):
            return None
        refused(request.remote_addr or "")
        return _said(401, {"error": "invalid_token"}, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _told(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created),
        "client_name": client.client_name,
        "scope": client.scope,
        "grant_types": ["client_credentials"],
        "enabled": client.enabled,
        "registration_client_uri": request.base_url,
    }


def _said(status: int, body: object, headers: dict[str, str] | None = None) -> Response:
    told = {**_NO_STORE, **(headers or {})}
    return Response(msgspec.json.encode(body), status, headers=told, mimetype="application/json")
