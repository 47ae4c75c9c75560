"""What the bot can be started with beside its folder and its key; everything is off unless it is asked for."""

from __future__ import annotations

import argparse
from enum import StrEnum

import msgspec


class Auth(StrEnum):
    """Who may chat."""

    NONE = "none"
    """Everybody."""
    OAUTH = "oauth"
    """Who brings a bearer token with the scope chat."""


class Kept(StrEnum):
    """Where workers and instances keep the mode."""

    PRIVATE = "private"
    """Each worker for itself: an order reaches the one worker that got it."""
    SHARED = "shared"
    """In one file that all of them read again when it changed."""


class Options(msgspec.Struct, frozen=True):
    """The switches of a bot; as they are here, it is one process without any of them."""

    port: int = 0
    """0 takes a free one."""
    workers: int = 1
    """Processes that share the port; more than one have a master, whose pid is in the pidfile."""
    state: Kept = Kept.PRIVATE
    instance: str = ""
    """Name of a further bot in the same folder: its pidfile is bot-NAME.pid."""
    auth: Auth = Auth.NONE
    oauth_file: str = ""
    """Private JSON file with the administrator's token and the clients."""
    limit: str = ""
    """Requests that a user may make as a rule, in the words of the limits library; empty for no limiter."""
    limit_store: str = "memory://"
    limit_key: str = ""
    """Key in the store that holds another limit while there is one; empty: `warroom:limit:` and the bot's name."""
    flag_file: str = ""
    """File of feature flags with the kill switch; empty for none."""

    def words(self) -> list[str]:
        """Return the arguments that say the same."""
        said: list[str] = []
        for name, value in msgspec.structs.asdict(self).items():
            if value != getattr(_PLAIN, name):
                said += [f"--{name.replace('_', '-')}", str(value)]
        return said

    def named(self, name: str) -> str:
        """Return the name of a file of this instance: `bot.pid` is that of the first, `bot-b.pid` that of b."""
        stem, _, suffix = name.partition(".")
        return f"{stem}-{self.instance}.{suffix}" if self.instance else name


_PLAIN = Options()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a parser read the switches."""
    parser.add_argument("--port", type=int, default=_PLAIN.port)
    parser.add_argument("--workers", type=int, choices=range(1, 33), metavar="N", default=_PLAIN.workers)
    parser.add_argument("--state", type=Kept, choices=list(Kept), default=_PLAIN.state)
    parser.add_argument("--instance", type=_plain_name, default=_PLAIN.instance)
    parser.add_argument("--auth", type=Auth, choices=list(Auth), default=_PLAIN.auth)
    for name in ("oauth-file", "limit", "limit-store", "limit-key", "flag-file"):
        parser.add_argument(f"--{name}", default=getattr(_PLAIN, name.replace("-", "_")))


def options_of(read: argparse.Namespace) -> Options:
    """Return the switches that a parser read."""
    return Options(**{name: getattr(read, name) for name in Options.__struct_fields__})


def _plain_name(text: str) -> str:
    if text and not (text.isascii() and text.isalnum()):
        raise argparse.ArgumentTypeError("an instance has a name of letters and digits")
    return text
