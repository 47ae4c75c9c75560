"""Secrets of channels: read from files of the engine's account alone, shown nowhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from warroom.adapters.contain.control import read_key
from warroom.adapters.contain.http_exchange import MASK
from warroom.core.clean import Clean, clean
from warroom.core.ports import AdapterFailed, Check, Checked

SHOWN = 200
"""Characters shown of what a receiver says."""


class SecretUnreadable(Exception):
    """The file of a secret cannot be used; the message names the file and says why, never what it holds."""


class Secret:
    """A secret that does not show itself: as text and in a traceback it is a mask."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def __repr__(self) -> str:
        return MASK

    @property
    def raw(self) -> bytes:
        """The bytes, for the one place that needs them."""
        return self._value

    @property
    def text(self) -> str:
        """The text, for the one place that needs it; SecretUnreadable when it is not one line of ASCII."""
        text = self._value.decode("utf-8", "replace")
        if not (text.isascii() and text.isprintable()):
            raise SecretUnreadable("the file holds more than one line of ASCII text; nothing was sent")
        return text


async def read_secret(path: str) -> Secret:
    """Return the secret without white space around it; SecretUnreadable when it is absent or others may read it."""
    try:
        return Secret(await asyncio.to_thread(read_key, Path(path)))
    except AdapterFailed as error:
        raise SecretUnreadable(clean(str(error), 500)) from None


async def checked_file(name: str, path: str) -> Check:
    """Return whether a secret's file can be used."""
    try:
        await read_secret(path)
    except SecretUnreadable as error:
        return Check(name, Checked.FAILED, str(error))
    return Check(name, Checked.OK, clean(path))


def without(text: str | bytes, secrets: Iterable[Secret | str], limit: int = SHOWN) -> Clean:
    """Return what somebody else said, cleaned, with every secret in it masked: a receiver may say it back."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    for one in secrets:
        value = one.raw.decode("utf-8", "replace") if isinstance(one, Secret) else one
        if value:
            text = text.replace(value, MASK)
    return clean(text, limit)


def keep_out_of_logs(*libraries: str) -> None:
    """Keep what libraries write about their requests out of every log: they name addresses, which may be secrets."""
    for name in libraries:
        logger = logging.getLogger(name)
        # Children hand their records on to the parent's handlers whether it is disabled or not.
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
