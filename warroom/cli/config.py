"""`warroom config check`: reads a config file, or a person's console settings, and says what is wrong where."""

from __future__ import annotations

import argparse
from pathlib import Path

from warroom.adapters.paths import console_file
from warroom.cli.console import person_settings
from warroom.cli.exits import OK, USAGE, Failure
from warroom.core.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    check = tasks.add_parser("check", help="read a config file and say what is wrong")
    check.add_argument(
        "file", type=Path, metavar="F", nargs="?", help="a room's config; with --console that of a person"
    )
    check.add_argument("--console", action="store_true", help="check console settings, those of this account without F")


def run(args: argparse.Namespace) -> int:
    """Check a file; exit code 2 with every fault when it is wrong."""
    if args.console:
        return _check_console(args.file)
    if args.file is None:
        raise Failure(
            USAGE, "which config file?", next_step="warroom config check F, or --console for your own settings"
        )
    settings = read_config(args.file)
    bots = ", ".join(settings.bots) or "none"
    print(f"{args.file}: OK, bots: {bots}")
    return OK


def _check_console(file: Path | None) -> int:
    settings = person_settings(file)
    path = file or console_file()
    if file is None and not path.exists():
        print(f"{path}: there is none, so all is as usual")
        return OK
    own = f"{len(settings.keys)} own keys" if len(settings.keys) != 1 else "1 own key"
    print(f"{path}: OK, theme {settings.theme}, times {settings.times}, {own}")
    return OK


def read_config(path: Path) -> Settings:
    """Return the settings of a file; Failure naming key, line and the nearest valid name of each fault."""
    from warroom.adapters.config import ConfigError, load_config

    try:
        return load_config(path)
    except ConfigError as error:
        raise Failure(USAGE, f"{path}: the config is wrong", str(error), "docs/config.md lists every key") from error
