"""`warroom config check`: reads a config file and says what is wrong where."""

from __future__ import annotations

import argparse
from pathlib import Path

from warroom.cli.exits import OK, USAGE, Failure
from warroom.core.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    check = tasks.add_parser("check", help="read a config file and say what is wrong")
    check.add_argument("file", type=Path, metavar="F")


def run(args: argparse.Namespace) -> int:
    """Check a file; exit code 2 with every fault when it is wrong."""
    settings = read_config(args.file)
    bots = ", ".join(settings.bots) or "none"
    print(f"{args.file}: OK, bots: {bots}")
    return OK


def read_config(path: Path) -> Settings:
    """Return the settings of a file; Failure naming key, line and the nearest valid name of each fault."""
    from warroom.adapters.config import ConfigError, load_config

    try:
        return load_config(path)
    except ConfigError as error:
        raise Failure(USAGE, f"{path}: the config is wrong", str(error), "docs/config.md lists every key") from error
