"""How the bot logs: Python logging, as JSON lines with OTel `gen_ai.*` names or in the plain default shape."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from pathlib import Path
from typing import Any

SHAPES = ("json", "plain")
SHOWN = 300
"""Characters of a prompt or reply that are logged."""

_OTEL = {
    "user": "user.id",
    "session": "gen_ai.conversation.id",
    "client": "client.address",
    "tool": "gen_ai.tool.name",
    "status": "http.response.status_code",
    "tokens_in": "gen_ai.usage.input_tokens",
    "tokens_out": "gen_ai.usage.output_tokens",
    "latency_ms": "duration_ms",
    "error": "error.type",
}


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `event` and `fields` come with the record."""
        fields: dict[str, Any] = getattr(record, "fields", {})
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line = {
            "ts": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "event.name": getattr(record, "event", "log"),
            "gen_ai.agent.name": self._name,
            "message": record.getMessage(),
            **{_OTEL.get(name, name): value for name, value in fields.items()},
        }
        return json.dumps(line)


class PlainFormatter(logging.Formatter):
    """The default shape of `logging.basicConfig`, fields as `key=value` behind the message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; texts are quoted and stay on it."""
        fields: dict[str, Any] = {"event": getattr(record, "event", "log"), **getattr(record, "fields", {})}
        told = "".join(f" {name}={_value(value)}" for name, value in fields.items())
        return f"{record.levelname}:{record.name}:{record.getMessage()}{told}"


def _value(value: object) -> str:
    text = str(value)
    if text and not any(char in text for char in ' "\\\n\r='):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ")
    return f'"{quoted}"'


def formatter_of(shape: str, name: str) -> logging.Formatter:
    """Return the formatter of a shape."""
    return JsonFormatter(name) if shape == "json" else PlainFormatter()


class AppendHandler(logging.Handler):
    """Appends each line by one write, so that lines of several processes stay whole; UTF-8 whatever the locale."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's line; a full disk is told on standard error and stops nobody."""
        try:
            os.write(self._file, f"{self.format(record)}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            self.handleError(record)

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        super().close()


def file_logger(path: Path, shape: str, name: str) -> logging.Logger:
    """Return a logger of its own that appends to a file."""
    logger = logging.Logger(name, logging.INFO)
    handler = AppendHandler(path)
    handler.setFormatter(formatter_of(shape, name))
    logger.addHandler(handler)
    return logger
