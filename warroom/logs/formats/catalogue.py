"""All formats that are known, the most particular first: of two that fit a line as well, the first is taken."""

from __future__ import annotations

from warroom.logs.formats import (
    access_log,
    asctime,
    basic,
    cri,
    docker,
    error_log,
    journald,
    jsonl,
    leveled,
    log4j,
    logfmt,
    loguru,
    loguru_json,
    otlp_json,
    structlog_console,
    syslog,
)
from warroom.logs.formats.format import Envelope, Format

FORMATS: tuple[Format, ...] = (
    loguru_json.FORMAT,
    otlp_json.FORMAT,
    jsonl.FORMAT,
    structlog_console.FORMAT,
    loguru.FORMAT,
    log4j.FORMAT,
    asctime.FORMAT,
    error_log.FORMAT,
    logfmt.FORMAT,
    access_log.FORMAT,
    basic.FORMAT,
    leveled.UVICORN,
    leveled.LEVELED,
)
ENVELOPES: tuple[Envelope, ...] = (docker.ENVELOPE, cri.ENVELOPE, journald.ENVELOPE, syslog.ENVELOPE)
