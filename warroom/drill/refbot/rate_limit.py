"""How often a user may chat: Flask-Limiter with a limit that its store may change at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from flask import Flask, Response, g, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from limits import parse_many
from limits.storage import RedisStorage

_STORE_S = 5
"""Longest wait for the store, in whole seconds: one that pauses for a moment must not shut the bot to everybody."""


class _Who(msgspec.Struct, frozen=True):
    """As much of a chat as says whose it is."""

    user: str = ""


class LimitUnknown(Exception):
    """The store cannot be asked, or what it says is no limit."""


def limit_chat(app: Flask, *, normal: str, store: str, key: str, refused: Callable[[int, str], None]) -> Limiter:
    """Count each user's chats: the limit is the text at `key` in a Redis store, else `normal`.

    Beyond it the answer is 429 with Retry-After. Where the limit cannot be known nobody is let through (503).
    `refused` hears status and user. ValueError when `normal` is no limit.
    """
    parse_many(normal)
    options: dict[str, str | int] = {}
    if store.startswith("redis"):
        options = {"socket_timeout": _STORE_S, "socket_connect_timeout": _STORE_S}

    # Before the limiter looks at a request, its limit is known or it is refused.
    @app.before_request
    def know_the_limit() -> Response | None:
        if request.endpoint == "chat":
            g.chat_limit = _current(limiter, normal, key)
        return None

    limiter = Limiter(
        _user, app=app, storage_uri=store, storage_options=options, headers_enabled=True, key_prefix=f"{key}:of:"
    )
    counted: Any = limiter.limit(lambda: str(g.chat_limit))(app.view_functions["chat"])
    app.view_functions["chat"] = counted

    def too_many(error: RateLimitExceeded) -> Response:
        refused(429, _user())
        return _said(429, "too_many_requests")

    def unknown(error: Exception) -> Response:
        refused(503, _user())
        response = _said(503, "limit_unknown")
        response.headers["Retry-After"] = "30"
        return response

    app.register_error_handler(RateLimitExceeded, too_many)
    app.register_error_handler(LimitUnknown, unknown)
    for kind in _broken(limiter):
        app.register_error_handler(kind, unknown)
    return limiter


def _current(limiter: Limiter, normal: str, key: str) -> str:
    store = limiter.storage
    if not isinstance(store, RedisStorage):
        return normal
    try:
        said = store.storage.get(key)
        if said is None:
            return normal
        text = bytes(said).decode()
        parse_many(text)
    except ValueError as error:
        raise LimitUnknown from error
    return text


def _broken(limiter: Limiter) -> tuple[type[Exception], ...]:
    # The memory of a process does not break; what it names here would hide faults of the code.
    store = limiter.storage
    if not isinstance(store, RedisStorage):
        return ()
    kinds = store.base_exceptions
    return (kinds,) if isinstance(kinds, type) else kinds


def _user() -> str:
    try:
        named = msgspec.json.decode(request.get_data(), type=_Who).user
    except (msgspec.DecodeError, UnicodeDecodeError):
        named = ""
    return named or request.remote_addr or "unknown"


def _said(status: int, error: str) -> Response:
    return Response(msgspec.json.encode({"error": error}), status, mimetype="application/json")
