"""What the answer of an HTTP receiver means for a notice, and how its address is shown."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from warroom.adapters.contain.http_exchange import MASK, Answered, Broken
from warroom.adapters.notify.secret_file import Secret, without
from warroom.core.clean import Clean, clean
from warroom.core.notice_ports import Sending, Sent

_LATER = frozenset({408, 409, 425, 429})
"""Refusals that time may mend: too slow, in conflict, too early, too many."""


def host_of(url: str) -> Clean:
    """Return an address for people: scheme and host; a path may be a secret as well."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        more = parts.path.strip("/") or parts.query
    except ValueError:
        return Clean(MASK)
    return clean(f"{parts.scheme}://{host}{'/' + MASK if more else ''}")


def outcome_of(answer: Answered | Broken, url: str, secrets: Sequence[Secret]) -> Sent:
    """Return accepted for 2xx, retry for what time may mend (no contact, 408, 409, 425, 429, 5xx), else dead.

    A lost connection is tried again although the receiver may have got the notice: it knows the repeat by its key.
    Neither the secrets nor the path of the address are repeated, should the receiver say them back.
    """
    where = host_of(url)
    unsaid: list[Secret | str] = [*secrets, url.partition("://")[2].partition("/")[2].strip("/")]
    match answer:
        case Broken(text=text):
            return Sent(Sending.RETRY, clean(f"{where}: {without(text, unsaid)}"))
        case Answered(status=status) if 200 <= status < 300:
            return Sent(Sending.ACCEPTED, clean(f"{where} answers {status}"))
        case Answered(status=status, body=body):
            how = Sending.RETRY if status >= 500 or status in _LATER else Sending.DEAD
            said = without(body, unsaid)
            return Sent(how, clean(f"{where} answers {status}{': ' + said if said else ''}"))
