"""`warroom tail --templates`: the kinds of messages in a log, the rare ones last, where the eye falls."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from warroom.cli.exits import OK
from warroom.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from warroom.bootstrap.reading import MessageKind
    from warroom.core.settings import Settings


def count_templates(args: argparse.Namespace, sources: Sequence[tuple[str, str]], settings: Settings) -> int:
    """Read the logs once from start to end and print what kinds of messages they hold."""
    from warroom.bootstrap.reading import message_kinds
    from warroom.cli.explain import logs_of, unreadable_is_usage

    with unreadable_is_usage():
        kinds = message_kinds(logs_of(sources), settings)
    if args.json:
        for kind in kinds:
            print_json(_as_json(kind))
    else:
        _tell(kinds)
    return OK


def _as_json(kind: MessageKind) -> dict[str, object]:
    from warroom.core.clean import clean
    from warroom.core.contract import time_text

    return {
        "template": kind.id,
        "lines": kind.lines,
        "level": kind.level,
        "first": time_text(kind.first),
        "last": time_text(kind.last),
        "text": clean(kind.template, 1000),
        "example": clean(kind.example, 1000),
    }


def _tell(kinds: Sequence[MessageKind]) -> None:
    total = sum(kind.lines for kind in kinds)
    rows = [
        (kind.lines, f"{100 * kind.lines / total:.1f} %", (kind.level or "-").lower(), kind.id, kind.template)
        for kind in kinds
    ]
    print_table(("LINES", "SHARE", "LEVEL", "TEMPLATE", "TEXT"), rows)
    print(f"{total} lines of {len(kinds)} kinds")
