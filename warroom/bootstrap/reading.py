"""The reader without a room: for `tail` and for the question what a log is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from warroom.adapters.tail_file import NotALog
from warroom.adapters.tail_packed import open_log
from warroom.adapters.tail_source import TailSource
from warroom.core.record import Record
from warroom.core.settings import Settings
from warroom.logs.explain import Explanation, explain, title_of
from warroom.logs.formats.custom import custom_formats
from warroom.logs.message_kinds import MessageKind, kinds_of

__all__ = ["Explanation", "MessageKind", "NotALog", "explain_log", "message_kinds", "open_reader", "title_of"]


def open_reader(settings: Settings, *, follow: bool = True) -> TailSource:
    """Return a reader that knows the formats of a config; without `follow` it ends when what is there was read."""
    return TailSource(custom_formats(settings), follow=follow)


def explain_log(path: str, settings: Settings) -> Explanation:
    """Read a log once from start to end and sum up what it is; OSError or NotALog when it cannot be read."""
    return explain(_records(path, settings))


def message_kinds(paths: Iterable[str], settings: Settings) -> list[MessageKind]:
    """Read logs once from start to end and count their kinds of messages; OSError or NotALog if one cannot be read."""
    return kinds_of(chain.from_iterable(_records(path, settings) for path in paths))


def _records(path: str, settings: Settings) -> Iterator[Record]:
    file = open_log(str(Path(path).absolute()), "", 0, custom_formats(settings))
    try:
        while file.behind:
            yield from file.read(0.0)
        yield from file.finish(0.0)
    finally:
        file.close()
