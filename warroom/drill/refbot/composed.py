"""The service with what its options switch on: whose mode counts, who may chat, and how often."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import msgspec
from flask import Flask

from warroom.drill.refbot.kill_switch import KillSwitch
from warroom.drill.refbot.mode import Governor
from warroom.drill.refbot.options import Auth, Kept, Options
from warroom.drill.refbot.service import World, create_app
from warroom.drill.refbot.shared_mode import SharedGovernor
from warroom.drill.refbot.toolbox import Toolbox


class Basis(msgspec.Struct, frozen=True):
    """What every worker of a bot starts from."""

    name: str
    folder: Path
    key: bytes
    seed: int
    log: logging.Logger
    options: Options


def composed_app(basis: Basis, worker: int, toolbox: Toolbox) -> Flask:
    """Return the service of one worker (0 where there is only one process).

    OSError, msgspec.DecodeError or ValueError when an option names what cannot be used.
    """
    options = basis.options
    world = World(
        basis.name,
        basis.key,
        _governor(basis, worker),
        toolbox,
        basis.log,
        time.time,
        time.sleep,
        basis.seed + worker,
    )
    if options.flag_file:
        world = msgspec.structs.replace(world, switch=KillSwitch(Path(options.flag_file), time.monotonic).mode)
    app = create_app(world)
    if options.auth is Auth.OAUTH:
        # Loaded for who asks for it: a plain bot starts without these libraries.
        from warroom.drill.refbot.oauth_server import guard_chat, oauth_from, oauth_routes

        oauth = oauth_from(Path(options.oauth_file), basis.folder, time.time)
        app.register_blueprint(oauth_routes(oauth))
        guard_chat(app, oauth, lambda client: _refused(basis.log, 401, "invalid_token", client=client))
    if options.limit:
        from warroom.drill.refbot.rate_limit import limit_chat

        limit_chat(
            app,
            normal=options.limit,
            store=options.limit_store,
            key=options.limit_key or f"warroom:limit:{basis.name}",
            refused=lambda status, user: _refused(
                basis.log, status, "too_many_requests" if status == 429 else "limit_unknown", user=user
            ),
        )
    return app


def _governor(basis: Basis, worker: int) -> Governor:
    told = basis.log
    if basis.options.state is Kept.SHARED:
        return SharedGovernor(basis.folder / "control.json", time.time, lambda words: _changed(told, words))
    name = basis.options.named("control.json")
    if worker:
        name = f"{name.removesuffix('.json')}-{worker}.json"
    return Governor(basis.folder / name, time.time, lambda words: _changed(told, words))


def _changed(log: logging.Logger, words: str) -> None:
    log.warning("control changed", extra={"event": "control.changed", "fields": {"mode": words}})


def _refused(log: logging.Logger, status: int, error: str, **who: str) -> None:
    log.warning("chat refused", extra={"event": "chat.refused", "fields": {**who, "status": status, "error": error}})
