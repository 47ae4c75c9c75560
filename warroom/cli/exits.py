"""Exit codes, and how an error reads: what happened, why, what to do next."""

from __future__ import annotations

import os
import sys

from warroom.core.clean import clean

OK = 0
NO = 1
"""It ran and the answer is no."""
USAGE = 2
"""Wrong usage or a bad input file."""
ABSENT = 3
"""No such room, incident or bot, or no engine."""
REFUSED = 4
"""Refused: role, read-only, state, approval."""
UNKNOWN = 5
"""Outcome unknown; verify by hand."""
BUG = 70
INTERRUPTED = 130


class Failure(Exception):
    """An error for people, with its exit code."""

    def __init__(self, code: int, what: str, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.why = why
        self.next_step = next_step


def complain(failure: Failure) -> None:
    """Print a failure to stderr, if anybody is left there; names of files and words of others in it are cleaned."""
    lines = [f"warroom: {clean(failure.what)}"]
    for part in (failure.why, failure.next_step):
        lines += [f"  {clean(line)}" for line in part.split("\n") if line]
    try:
        print("\n".join(lines), file=sys.stderr, flush=True)
    except OSError:
        # The line is gone, and the interpreter must not fail on what is left of this when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
