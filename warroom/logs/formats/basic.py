"""Python's `logging.basicConfig` default: `LEVEL:logger:message`, without a time."""

from __future__ import annotations

from warroom.core.record import Place, Record
from warroom.logs.formats.access_log import fill_access
from warroom.logs.formats.fields import LEVELS
from warroom.logs.formats.format import Format
from warroom.logs.formats.pairs import read_pairs

_LEVELS = {word: LEVELS[word] for word in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")}
_LONGEST_LOGGER = 200


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; `key=value` pairs in the message fill the fields whose names are known."""
    parts = text.split(":", 2)
    if len(parts) != 3 or parts[0] not in _LEVELS:
        return None
    level, logger, message = parts
    if not logger or logger[0].isspace() or len(logger) > _LONGEST_LOGGER:
        return None
    record = Record(*place, "basic", message, _LEVELS[level], logger)
    if logger == "werkzeug" and fill_access(message, record):
        return record
    if "=" in message:
        read_pairs(message, record)
    return record


FORMAT = Format(
    "basic",
    "Python logging.basicConfig, which writes no time",
    lambda: read,
    ("INFO:root:Event logged: Bot started successfully.", 'ERROR:bot.chat:refused user=u-7 status=401 prompt="hi"'),
)
