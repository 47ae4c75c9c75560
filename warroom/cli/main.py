"""The `warroom` command: one table of verbs, each in its own module that is imported only when it is used."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from warroom import __version__
from warroom.cli.exits import BUG, INTERRUPTED, OK, USAGE, Failure, complain


class Verb(NamedTuple):
    """One verb of the command line; `module` has `configure(parser)` and `run(args) -> exit code`."""

    name: str
    help: str
    module: str


VERBS: tuple[Verb, ...] = (
    Verb("watch", "watch logs: starts the room's engine if none runs and attaches a console", "watch"),
    Verb("attach", "attach one more console to a running room", "attach"),
    Verb("engine", "run the engine of a room in the foreground, headless", "engine"),
    Verb("status", "show what a room's engine is doing", "status"),
    Verb("stop", "stop a room's engine in order", "stop"),
    Verb("bots", "list the bots of a room", "lists"),
    Verb("alarms", "list the alarms of a room", "lists"),
    Verb("incidents", "list the incidents of a room", "lists"),
    Verb("actions", "list the containment actions of a room", "lists"),
    Verb("messages", "show what happened in a room, newest last, in words", "messages"),
    Verb("incident", "open, lead and close an incident", "incident"),
    Verb("point", "show everybody in the room one thing: a bot, a step, an alarm, a log line", "point"),
    Verb("contain", "contain a bot and wait for the proof", "contain"),
    Verb("release", "undo a containment and wait for the proof", "contain"),
    Verb("begin", "begin an action that was prepared with contain --draft", "approve"),
    Verb("approve", "agree, as the second person, to an action or a release", "approve"),
    Verb("deny", "say no, as the second person", "approve"),
    Verb("cancel", "call off an action that has not begun", "approve"),
    Verb("break-glass", "begin alone what waits for a second person", "approve"),
    Verb("verify-held", "look from outside whether a containment holds", "contain"),
    Verb("notify", "tell an audience about an incident, and say who was really told", "notify"),
    Verb("outbox", "list the notices of a room and what became of them", "notify"),
    Verb("lines", "show log lines of a room, newest or by permalink, old ones read again from the files", "lines"),
    Verb("search", "look for a text in the logs of a room, back through the files", "lines"),
    Verb("shadow", "tell what a limit, a rule or a switch would have refused of the last minutes", "shadow"),
    Verb("sql", "ask the record of a room with SQL, read-only; without a query list the tables", "sql"),
    Verb("export", "write the post-mortem of an incident", "export"),
    Verb("verify", "check the chain of a room's journal", "verify"),
    Verb("tail", "show what the reader sees of a log, record by record", "tail"),
    Verb("playbook", "list, show and validate playbooks", "playbook"),
    Verb("drill", "rehearse an incident with a real bot under attack", "drill"),
    Verb("config", "check a config file", "config"),
    Verb(
        "doctor",
        "look whether adapters, probes and the terminal would do; changes nothing",
        "doctor",
    ),
    Verb("completion", "print the completion script of a shell", "completion"),
)


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser; with `only`, just that verb's module is imported, with None all are."""
    parser = argparse.ArgumentParser(
        prog="warroom",
        description="A terminal war room for security incidents of AI bots.",
        epilog="Start with:     warroom watch bot.log\nRehearse with:  warroom drill",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"warroom {__version__}")
    parser.add_argument(
        "--as", dest="person", metavar="NAME", help="who you are, at an account that several people use"
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb in VERBS:
        sub = verbs.add_parser(verb.name, help=verb.help, description=verb.help[0].upper() + verb.help[1:] + ".")
        if only is None or only == verb.name:
            module = importlib.import_module(f"warroom.cli.{verb.module}")
            module.configure(sub)
            sub.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code that docs/cli.md promises."""
    code = OK
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Data is UTF-8 whatever the locale: a bot's words may have characters that it has not.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        if isinstance(sys.stdout, io.TextIOBase):
            # What is still buffered would otherwise meet a closed pipe when the interpreter ends; a stream that was
            # closed before the start is None.
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain at its own exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _run(words: Sequence[str]) -> int:
    words = _speaking(words)
    if not words:
        complain(Failure(USAGE, "which verb?", "warroom --help lists them", "start with: warroom watch bot.log"))
        return USAGE
    named = words[0] if words and not words[0].startswith("-") else ""
    try:
        args = build_parser(named).parse_args(words)
        return int(args.run(args))
    except SystemExit as ended:
        # argparse has told what was asked or what is wrong.
        return ended.code if isinstance(ended.code, int) else OK
    except Failure as failure:
        complain(failure)
        return failure.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  the outermost edge: a bug is one line and a place to look
        complain(Failure(BUG, f"a bug: {type(error).__name__}: {error}", _where(error), "please report it"))
        return BUG


def _speaking(words: Sequence[str]) -> Sequence[str]:
    """Take `--as NAME` from the front: every verb that talks to an engine says it there."""
    if len(words) > 1 and words[0] == "--as":
        os.environ["WARROOM_OPERATOR"] = words[1]
        return words[2:]
    if words and words[0].startswith("--as="):
        os.environ["WARROOM_OPERATOR"] = words[0].removeprefix("--as=")
        return words[1:]
    return words


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    place = ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"at {place}"
