"""What a room that is a drill may act on: its own bot alone, so that no rehearsal touches what people use. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from warroom.core.settings import BotSettings, Settings

_THIS_HOST = frozenset({"127.0.0.1", "::1", "localhost"})


def beyond_the_drill(settings: Settings, folder: str) -> Iterator[str]:
    """Yield the key of every adapter that could act on anything but a bot below the drill room's own folder.

    Allowed are a control endpoint of this host with its key there, a pidfile there that nothing is started from, and a
    file of flags there.
    """
    for name, bot in settings.bots.items():
        own = _own(bot, folder)
        for kind in bot.contain.configured():
            if kind not in own:
                yield f"bots.{name}.contain.{kind}"


def _own(bot: BotSettings, folder: str) -> set[str]:
    contain, found = bot.contain, set[str]()
    control, process, flag = contain.control, contain.process, contain.flag
    if control is not None and urlsplit(control.url).hostname in _THIS_HOST and _below(control.key_file, folder):
        found.add("control")
    if process is not None and not process.start and _below(process.pidfile, folder):
        found.add("process")
    if flag is not None and _below(flag.path, folder):
        found.add("flag")
    return found


def _below(path: str, folder: str) -> bool:
    return ".." not in path.split("/") and path.startswith(folder.rstrip("/") + "/")
