"""The bot's HTTP service: chat for its users, a signed control endpoint for those who contain it."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Any

import msgspec
from flask import Flask, Response, request

from warroom.drill.refbot import signing
from warroom.drill.refbot.brain import calls_of, tokens_of
from warroom.drill.refbot.log_shape import SHOWN
from warroom.drill.refbot.mode import Governor, Mode, Order, harder
from warroom.drill.refbot.toolbox import Toolbox

_MAX_BODY = 64 * 1024
_LATENCY_S = (0.004, 0.025)
_TOOL_S = (0.002, 0.009)


class Chat(msgspec.Struct, frozen=True):
    """The body of a chat request."""

    message: str
    user: str = "anonymous"
    session: str = ""


class World(msgspec.Struct, frozen=True):
    """What the service stands on; a recording swaps the clock."""

    name: str
    key: bytes
    governor: Governor
    toolbox: Toolbox
    log: logging.Logger
    now: Callable[[], float]
    sleep: Callable[[float], None]
    seed: int = 0
    switch: Callable[[], Mode] = lambda: Mode.NORMAL
    """What else may take rights away beside the governor, such as a kill switch."""


class Bot:
    """Answers one message at a time for each of its threads."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = random.Random(world.seed)
        self._lock = threading.Lock()

    def chat(self, chat: Chat, client: str) -> tuple[int, dict[str, Any]]:
        """Return (status, body) for a message and log what was done."""
        began = self._world.now()
        with self._lock:
            latency = self._chance.uniform(*_LATENCY_S)
        self._world.sleep(latency)
        mode = harder(self._world.governor.state.mode, self._world.switch())
        calls = calls_of(chat.message)
        status, error = self._gate(mode, chat.user, bool(calls))
        reply = "" if error else self._replied(chat, calls)
        fields: dict[str, Any] = {
            "user": chat.user,
            "session": chat.session,
            "client": client,
            "status": status,
            "tokens_in": tokens_of(chat.message),
            "tokens_out": tokens_of(reply) if reply else 0,
            "latency_ms": round((self._world.now() - began) * 1000, 1),
        }
        if error:
            fields["error"] = error
        fields["prompt"] = chat.message[:SHOWN]
        if reply:
            fields["reply"] = reply[:SHOWN]
        level = logging.INFO if status == 200 else logging.WARNING
        words = "chat completed" if status == 200 else "chat refused"
        self._world.log.log(level, words, extra={"event": words.replace(" ", "."), "fields": fields})
        if error:
            return status, {"error": error}
        return status, {"reply": reply, "refused": False, "tools": [call.tool for call in calls]}

    def _gate(self, mode: Mode, user: str, tools: bool) -> tuple[int, str]:
        match mode:
            case Mode.DISABLED:
                return 503, "disabled"
            case Mode.LIMITED if tools:
                return 403, "tools_off"
            case Mode.LIMITED if not self._world.governor.within_limit(user):
                return 429, "too_many_requests"
            case _:
                return 200, ""

    def _replied(self, chat: Chat, calls: list[Any]) -> str:
        said: list[str] = []
        for call in calls:
            began = self._world.now()
            with self._lock:
                work = self._chance.uniform(*_TOOL_S)
            self._world.sleep(work)
            said.append(self._world.toolbox.call(call.tool, call.argument))
            fields = {
                "user": chat.user,
                "session": chat.session,
                "tool": call.tool,
                "latency_ms": round((self._world.now() - began) * 1000, 1),
            }
            self._world.log.info("tool called", extra={"event": "tool.called", "fields": fields})
        return " ".join(said) or "Thank you, I have noted that. Is there anything else?"


def create_app(world: World) -> Flask:
    """Return the service; it keeps nothing outside `world`."""
    app = Flask(world.name)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY
    bot = Bot(world)

    @app.post("/v1/chat")
    def chat() -> Response:
        try:
            asked = msgspec.json.decode(request.get_data(), type=Chat)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _answer(400, {"error": str(error)})
        status, body = bot.chat(asked, request.remote_addr or "")
        response = _answer(status, body)
        if status == 503:
            response.headers["Retry-After"] = "30"
        return response

    @app.get("/healthz")
    def health() -> Response:
        return _answer(200, {"ok": True})

    @app.route("/control/state", methods=["GET", "POST"])
    def control() -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.get_data()
        fault = signing.fault(world.key, headers, body, world.now())
        if fault:
            world.log.warning("control refused", extra={"event": "control.refused", "fields": {"error": "signature"}})
            return _answer(401, {"error": fault})
        if request.method == "GET":
            return _answer(200, msgspec.to_builtins(world.governor.state))
        try:
            order = msgspec.json.decode(body, type=Order)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _answer(400, {"error": str(error)})
        return _answer(200, msgspec.to_builtins(world.governor.take(headers["webhook-id"], order)))

    return app


def _answer(status: int, body: Any) -> Response:
    return Response(msgspec.json.encode(body), status, mimetype="application/json")
