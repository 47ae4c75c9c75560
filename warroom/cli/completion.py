"""`warroom completion`: the completion script of a shell, made from the parser itself."""

from __future__ import annotations

import argparse

from warroom.cli.exits import OK


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="the shell that completes")


def run(args: argparse.Namespace) -> int:
    """Print the script; put it where your shell looks for completions."""
    import shtab

    from warroom.cli.main import build_parser

    print(shtab.complete(build_parser(), args.shell))
    return OK
