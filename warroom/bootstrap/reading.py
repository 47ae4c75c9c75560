"""The reader without a room: for `tail` and for the question what a log is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from warroom.adapters.tail_file import NotALog
from warroom.adapters.tail_packed import open_log
from warroom.adapters.tail_source import TailSource
from warroom.core.record import Record
from warroom.core.settings import Settings
from warroom.logs.explain import Explanation, explain, title_of
from warroom.logs.formats.custom import custom_formats

__all__ = ["Explanation", "NotALog", "explain_log", "open_reader", "title_of"]


def open_reader(settings: Settings, *, follow: bool = True) -> TailSource:
    """Return a reader that knows the formats of a config; without `follow` it ends when what is there was read."""
    return TailSource(custom_formats(settings), follow=follow)


def explain_log(path: str, settings: Settings) -> Explanation:
    """Read a log once from start to end and sum up what it is; OSError or NotALog when it cannot be read."""
    return explain(_records(path, settings))


def _records(path: str, settings: Settings) -> Iterator[Record]:
    file = open_log(str(Path(path).absolute()), "", 0, custom_formats(settings))
    try:
        while file.behind:
            yield from file.read(0.0)
        yield from file.finish(0.0)
    finally:
        file.close()
