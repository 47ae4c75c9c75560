"""Whether a channel's server takes connections at all: looked at without a word, so that nobody is told anything."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from urllib.parse import urlsplit

from warroom.core.clean import clean
from warroom.core.ports import Check, Checked
from warroom.core.settings_notify import (
    AppriseChannel,
    ChannelSettings,
    PagerDutyChannel,
    SmtpChannel,
    WebhookChannel,
)

PATIENCE_S = 5.0
_NAME = "connection"
_PORTS = {"http": 80, "https": 443}


async def reached(settings: ChannelSettings, patience_s: float = PATIENCE_S) -> Check:
    """Connect and hang up; a broken world is an outcome.

    What is proved is that somebody listens: certificate, login and rights show only when a notice is sent. Proxies of
    the environment are not used, as channels use none.
    """
    place = _place(settings)
    if place is None:
        return Check(_NAME, Checked.UNKNOWN, "cannot be tried without sending")
    host, port = place
    where = clean(f"{host}:{port}", 200)
    try:
        async with asyncio.timeout(patience_s):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        return Check(_NAME, Checked.FAILED, f"{where} takes no connection within {patience_s:g} s")
    except (OSError, UnicodeError) as error:
        return Check(_NAME, Checked.FAILED, clean(f"{where}: {_why(error)}", 300))
    writer.transport.abort()
    # A reset after the connection was taken changes nothing.
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return Check(_NAME, Checked.OK, f"{where} takes connections; nothing was sent")


def _place(settings: ChannelSettings) -> tuple[str, int] | None:
    match settings:
        case WebhookChannel(url=url) | PagerDutyChannel(url=url):
            parts = urlsplit(url)
            return parts.hostname or "", parts.port or _PORTS[parts.scheme]
        case SmtpChannel(host=host, port=port):
            return host.strip("[]"), port
        case AppriseChannel():
            return None


def _why(error: OSError | UnicodeError) -> str:
    match error:
        case socket.gaierror() | UnicodeError():
            return "no host of that name is known"
        case ConnectionRefusedError():
            return "nobody listens there"
        case _:
            return error.strerror or str(error)
