"""Which bot a log or a line belongs to: by the config, by fields of the line, else by the name of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping

from warroom.core.clean import safe_name
from warroom.core.record import Record

_LOG = re.compile(r"(?P<bot>.+)\.(log|jsonl|json|txt)([.-][0-9][0-9_:T-]*)?(\.gz)?")
"""A log's name: `bot.log`, and rotated by number or by date `bot.log.1.gz`, `bot.log-20261122`."""
_BARE = re.compile(r"(?P<bot>.+?)(\.[0-9]+)?(\.gz)?")
_FIELDS = frozenset(Record.__struct_fields__) - {"attrs", "gap"}


def bot_of(log: str) -> str:
    """Return the bot's name that a log's file name gives: without folder, rotation suffix, .gz and .log/.jsonl."""
    name = log.rstrip("/").rpartition("/")[2]
    found = _LOG.fullmatch(name) or _BARE.fullmatch(name)
    bot = found["bot"] if found else ""
    return safe_name(bot.replace("*", "").strip("-._") or "bot")


def belongs(record: Record, where: Mapping[str, str]) -> bool:
    """Say whether a record has all these values, each in the field of that name or in `attrs`."""
    return all(_value(record, name) == value for name, value in where.items())


def _value(record: Record, name: str) -> str | None:
    found = record.attrs.get(name)
    if found is None and name in _FIELDS:
        found = getattr(record, name)
    return None if found is None else str(found)
