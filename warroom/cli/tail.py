"""`warroom tail`: what the reader sees of a log, record by record; needs no room."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from warroom.cli.engine import sources_of
from warroom.cli.exits import OK, USAGE, Failure
from warroom.cli.piped import piped_bot, spool, take_pipe
from warroom.cli.printing import painted, print_json
from warroom.cli.tail_state import TailState

if TYPE_CHECKING:
    from warroom.core.record import Batch, Record
    from warroom.core.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("logs", nargs="*", metavar="LOG", help="log file or quoted glob, - for what is piped in")
    parser.add_argument("--json", action="store_true", help="JSON lines")
    parser.add_argument("--raw", action="store_true", help="with --json: add the raw bytes as raw_b64")
    parser.add_argument(
        "--from", dest="start", choices=("start", "end"), default="start", help="where to begin (default: start)"
    )
    parser.add_argument("--bot", action="append", default=[], metavar="NAME=GLOB", help="read GLOB as bot NAME's log")
    parser.add_argument("--no-follow", action="store_true", help="end when what is there is read")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep there how far was read, and go on from it")
    parser.add_argument("--config", type=Path, metavar="FILE", help="read with the formats of this config")
    parser.add_argument("--explain", action="store_true", help="say which format each log has, and end")
    parser.add_argument("--templates", action="store_true", help="count the kinds of messages, and end")


def run(args: argparse.Namespace) -> int:
    """Print records until interrupted, or until the end with --no-follow; exit code 2 for a missing file then."""
    piped = piped_bot(args.logs, args.bot)
    if piped:
        return _tail_pipe(args, piped)
    return _run(args, sources_of(args))


def _tail_pipe(args: argparse.Namespace, bot: str) -> int:
    """Follow what is piped in, by way of a file that goes away afterwards."""
    with tempfile.TemporaryDirectory(prefix="warroom-") as folder:
        path, feeder = spool(take_pipe(keys=False), Path(folder), bot)
        path.touch(mode=0o600)
        if args.no_follow or args.explain or args.templates:
            feeder.wait()
        return _run(args, [*sources_of(args), (str(path), bot)])


def _run(args: argparse.Namespace, sources: list[tuple[str, str]]) -> int:
    if not sources:
        raise Failure(USAGE, "no log is named", next_step="warroom tail bot.log, or --bot NAME=GLOB")
    settings = _settings(args.config)
    if args.explain:
        from warroom.cli.explain import explain_logs

        return explain_logs(args, sources, settings)
    if args.templates:
        from warroom.cli.templates import count_templates

        return count_templates(args, sources, settings)
    missing = [log for log, _ in sources if not os.path.exists(log) and not _is_glob(log)]  # noqa: PTH110  may be a glob
    if args.no_follow and missing:
        raise Failure(USAGE, f"there is no {missing[0]}", next_step="without --no-follow it is waited for")
    asyncio.run(_tail(args, sources, settings))
    return OK


def _settings(config: Path | None) -> Settings:
    from warroom.core.settings import Settings

    if config is None:
        return Settings()
    from warroom.adapters.config import ConfigError, load_config

    try:
        return load_config(config)
    except ConfigError as error:
        raise Failure(USAGE, str(error), next_step=f"mend it, then: warroom config check {config}") from error


def _is_glob(log: str) -> bool:
    return any(char in log for char in "*?[")


async def _tail(args: argparse.Namespace, sources: list[tuple[str, str]], settings: Settings) -> None:
    from warroom.bootstrap.reading import open_reader

    source = open_reader(settings, follow=not args.no_follow)
    for pattern, bot in sources:
        source.add(pattern, bot, from_start=args.start == "start")
    state = TailState(args.state) if args.state else None
    if state is not None:
        source.resume(state.checkpoints())
    try:
        async for batch in source.batches():
            await asyncio.to_thread(_show, batch, args)
            if state is not None and batch.checkpoint is not None:
                await asyncio.to_thread(state.keep, batch.checkpoint)
    finally:
        await source.close()


def _show(batch: Batch, args: argparse.Namespace) -> None:
    for record in batch.records:
        if args.json:
            _show_json(record, raw=args.raw)
        else:
            _show_line(record)
    sys.stdout.flush()


def _show_json(record: Record, *, raw: bool) -> None:
    from warroom.core.contract import record_json

    content = _bytes_of(record) if raw and record.gap is None else None
    print_json(record_json(record, content))


def _bytes_of(record: Record) -> bytes | None:
    """Return the bytes of a record; None when its log no longer lies under its name, as after a rotation."""
    try:
        with open(record.source, "rb") as log:  # noqa: PTH123  the bytes of one record
            log.seek(record.offset)
            content = log.read(record.length)
    except OSError:
        return None
    return content if len(content) == record.length else None


_LEVEL_STYLES = {"CRITICAL": "bad", "ERROR": "bad", "WARNING": "warn", "DEBUG": "dim"}


def _show_line(record: Record) -> None:
    from warroom.core.clean import clean
    from warroom.core.line_text import line_text
    from warroom.core.moments import clock_text

    mark = "!" if record.ahead else "~" if record.time_source == "arrival" else " "
    level = "gap" if record.gap else (record.level or "-").lower()
    style = "info" if record.gap else _LEVEL_STYLES.get(record.level or "", "")
    when, bot = painted(f"{clock_text(record.moment)}{mark}", "dim"), clean(record.bot or "", 16)
    print(f"{when} {bot:16} {painted(f'{level:8}', style)} {line_text(record)}")
