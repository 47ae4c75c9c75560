"""`warroom tail --explain`: which format each log has, how much of it fits, and the first line that does not."""

from __future__ import annotations

import argparse
import contextlib
import glob
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from warroom.cli.exits import OK, USAGE, Failure
from warroom.cli.printing import print_json

if TYPE_CHECKING:
    from warroom.bootstrap.reading import Explanation
    from warroom.core.settings import Settings

_SHOWN = 160
_TIMES = {"line": "from the line", "assumed_zone": "from the line, without a zone", "arrival": "none in the line"}


def explain_logs(args: argparse.Namespace, sources: Sequence[tuple[str, str]], settings: Settings) -> int:
    """Read each log once from start to end and say what it is; exit code 2 for one that is not there."""
    from warroom.bootstrap.reading import explain_log

    for path in logs_of(sources):
        with unreadable_is_usage():
            found = explain_log(path, settings)
        if args.json:
            print_json(_as_json(path, found))
        else:
            _tell(path, found)
    return OK


def logs_of(sources: Sequence[tuple[str, str]]) -> list[str]:
    """Return the paths that are there for each pattern, and a plain path as it is."""
    return [
        path
        for pattern, _ in sources
        for path in sorted(glob.glob(pattern, recursive=True)) or [pattern]  # noqa: PTH207
    ]


@contextlib.contextmanager
def unreadable_is_usage() -> Iterator[None]:
    """Let a log that cannot be read end the verb with exit code 2 and its name."""
    from warroom.bootstrap.reading import NotALog
    from warroom.core.clean import clean

    try:
        yield
    except NotALog as error:
        raise Failure(USAGE, clean(str(error))) from error
    except OSError as error:
        raise Failure(USAGE, f"{clean(str(error.filename))} cannot be read", error.strerror or str(error)) from error


def _as_json(path: str, found: Explanation) -> dict[str, object]:
    from warroom.bootstrap.reading import title_of
    from warroom.core.clean import clean

    first = found.first_unparsed
    return {
        "source": clean(path),
        "format": found.format,
        "title": title_of(found.format),
        "records": found.records,
        "formats": found.formats,
        "parsed_share": round(found.parsed_share, 4),
        "times": found.times,
        "gaps": found.gaps,
        "first_unparsed": None if first is None else {"line": first.line, "text": clean(first.text, 1000)},
    }


def _tell(path: str, found: Explanation) -> None:
    from warroom.bootstrap.reading import title_of
    from warroom.core.clean import clean

    print(f"{clean(path)}: {found.format} ({title_of(found.format)})")
    shares = ", ".join(f"{name} {count} ({100 * count / found.records:.1f} %)" for name, count in found.formats.items())
    print(f"  {found.records} records: {shares or 'none'}")
    print(f"  times: {', '.join(f'{count} {_TIMES[name]}' for name, count in found.times.items()) or 'none'}")
    for kind, count in found.gaps.items():
        print(f"  gap: {kind} {count}")
    first = found.first_unparsed
    if first is not None:
        print(f"  first line that fits no format: {first.line}: {clean(first.text, _SHOWN)}")
