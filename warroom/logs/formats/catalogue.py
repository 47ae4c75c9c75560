"""All formats that are known, the most particular first: of two that fit a line as well, the first is taken."""

from __future__ import annotations

from warroom.logs.formats import basic, cri, docker, journald, jsonl, loguru_json, otlp_json, syslog
from warroom.logs.formats.format import Envelope, Format

FORMATS: tuple[Format, ...] = (loguru_json.FORMAT, otlp_json.FORMAT, jsonl.FORMAT, basic.FORMAT)
ENVELOPES: tuple[Envelope, ...] = (docker.ENVELOPE, cri.ENVELOPE, journald.ENVELOPE, syslog.ENVELOPE)
