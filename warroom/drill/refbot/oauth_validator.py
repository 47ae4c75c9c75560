"""What oauthlib asks about clients, scopes and tokens, answered from the store."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from typing import Any

import msgspec
from oauthlib.oauth2 import InvalidClientError, RequestValidator

from warroom.drill.refbot.oauth_store import ClientDisabled, Token, TokenStore


class Caller(msgspec.Struct, frozen=True):
    """Who asks: a client, or the administrator, who is none."""

    client_id: str
    admin: bool = False


class StoreValidator(RequestValidator):  # type: ignore[misc]  # oauthlib has no types
    """Client credentials and bearer tokens; the administrator may revoke and introspect, never fetch a token."""

    def __init__(self, store: TokenStore, admin_token: str, now: Callable[[], float]) -> None:
        self._store = store
        self._admin_token = admin_token
        self._now = now

    def is_admin(self, authorization: str) -> bool:
        """Return whether an Authorization header carries the administrator's token."""
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._admin_token.encode())

    def client_authentication_required(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Always: all clients are confidential."""
        return True

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Take HTTP Basic, the two form fields, or the administrator's bearer token; a disabled client is refused."""
        authorization = request.headers.get("Authorization", "")
        if self.is_admin(authorization):
            request.client = Caller("", admin=True)
            return True
        client_id, secret = _basic(authorization) or (request.client_id or "", request.client_secret or "")
        client = self._store.client(client_id)
        if not self._store.has_secret(client_id, secret) or client is None or not client.enabled:
            return False
        request.client = Caller(client_id)
        return True

    def validate_grant_type(self, client_id: str, grant_type: str, client: Caller, request: Any, *args: Any) -> bool:
        """Client credentials alone."""
        return grant_type == "client_credentials" and not client.admin

    def get_default_scopes(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        """All that the client may have."""
        return self._scopes(client_id)

    def validate_scopes(self, client_id: str, scopes: list[str], client: Caller, request: Any, *args: Any) -> bool:
        """No more than the client may have."""
        return bool(scopes) and set(scopes) <= set(self._scopes(client_id))

    def save_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """Keep a new token; a client that was disabled meanwhile is refused."""
        now = self._now()
        scope = " ".join(request.scopes)
        expires_at = now + token["expires_in"]
        try:
            self._store.issue(Token(token["access_token"], request.client.client_id, scope, now, expires_at))
        except ClientDisabled as error:
            raise InvalidClientError(request=request) from error

    def validate_bearer_token(self, token: str | None, scopes: list[str], request: Any) -> bool:
        """A live token that has all the scopes. That its client was disabled later does not end a token."""
        found = self._store.token(token or "")
        return found is not None and set(scopes) <= set(found.scope.split())

    def revoke_token(self, token: str, token_type_hint: str | None, request: Any, *args: Any, **kwargs: Any) -> None:
        """End a token of the caller's own, or any for the administrator; others are left in silence (RFC 7009)."""
        found = self._store.token(token)
        if found is not None and self._may_see(request.client, found):
            self._store.revoke(token)

    def introspect_token(self, token: str, token_type_hint: str | None, request: Any, *args: Any) -> Any:
        """Return what a live token is; None, which means not active, for any other and for those of others."""
        found = self._store.token(token)
        if found is None or not self._may_see(request.client, found):
            return None
        times = {"iat": int(found.issued_at), "exp": int(found.expires_at)}
        return {"client_id": found.client_id, "scope": found.scope, "token_type": "Bearer", **times}

    def _scopes(self, client_id: str) -> list[str]:
        client = self._store.client(client_id)
        return client.scope.split() if client else []

    def _may_see(self, caller: Caller, token: Token) -> bool:
        return caller.admin or caller.client_id == token.client_id


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return (client_id, secret)
