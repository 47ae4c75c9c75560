"""The argument list of an operator's own program: placeholders filled in with names that no program can misread."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from warroom.core.clean import clean
from warroom.core.ports import AdapterFailed

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PLACEHOLDER = re.compile(r"\{(bot|verb|action|expires_s)\}")


def named(what: str, value: str) -> str:
    """Return the value when it is a plain name; AdapterFailed when a program could take it for an option or a path."""
    if not _NAME.fullmatch(value):
        shown = clean(value, 80)
        raise AdapterFailed(f'the {what} "{shown}" is no plain name (letters, digits, . _ -); nothing was started')
    return value


def seconds(expires_s: float | None) -> str:
    """Return whole seconds, rounded up; `0` when nothing expires."""
    return "0" if expires_s is None else str(math.ceil(expires_s))


def filled(argv: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return the arguments with their placeholders filled in; the program itself is taken as it is.

    Raises AdapterFailed when a value would make an option of an argument.
    """
    return [argv[0], *(_filled(argument, values) for argument in argv[1:])]


def shown(argv: Sequence[str]) -> str:
    """Return an argument list as JSON, which shows where each argument ends."""
    return clean(json.dumps(list(argv), ensure_ascii=False))


def examined(program: str) -> str:
    """Return the sha256 of a program's file; AdapterFailed when strangers could have put it there.

    It has to be a regular, executable file under its own absolute name, and neither it nor a folder above it may be
    writable by everybody (folders with the sticky bit are fine).
    """
    path = Path(program)
    if not path.is_absolute():
        raise AdapterFailed(clean(f"{program} is not an absolute path; nothing was started"))
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise AdapterFailed(clean(f"{program} is a symbolic link; name the program itself: {path.resolve()}"))
        if not stat.S_ISREG(found.st_mode):
            raise AdapterFailed(clean(f"{program} is not a regular file; nothing was started"))
        _refuse_open(path, found)
        for folder in path.resolve().parents:
            _refuse_open(folder, folder.stat())
        if not os.access(path, os.X_OK):
            raise AdapterFailed(clean(f"{program} may not be executed by this account; nothing was started"))
        with path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise AdapterFailed(clean(f"{program} cannot be read: {error.strerror}; nothing was started")) from error


def _filled(argument: str, values: Mapping[str, str]) -> str:
    result = _PLACEHOLDER.sub(lambda match: values[match[1]], argument)
    if result.startswith("-") and not argument.startswith("-"):
        raise AdapterFailed(clean(f"{argument} would become the option {result}; nothing was started"))
    return result


def _refuse_open(path: Path, found: os.stat_result) -> None:
    sticky_folder = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX
    if found.st_mode & stat.S_IWOTH and not sticky_folder:
        raise AdapterFailed(clean(f"everybody may write {path}; do: chmod o-w {path}; nothing was started"))
