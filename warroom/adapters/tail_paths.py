"""Which files a pattern names: a folder is listed again only after it changed, so that thousands of files are cheap."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import time

SETTLED_NS = 2_000_000_000
"""A change may hide behind a time stamp that is younger than this: file systems count time in steps, of up to 2 s."""
_LISTED_AGAIN_S = 30.0
"""A folder whose time stamp cannot be trusted, as on some network file systems, is listed at least this often."""


class _Folder:
    """The names in one folder as they were listed."""

    def __init__(self) -> None:
        self.changed_ns = -1
        """Time stamp of the folder when it was listed; -1 while that is too young to be trusted."""
        self.listed = 0.0
        self.names: list[str] = []
        self.folders: list[str] = []
        self.matched: dict[str, list[str]] = {}
        """Paths of the names that fit a part of a pattern."""


class PathPattern:
    """One path or glob (`*`, `?`, `[…]`, and `**` for any depth)."""

    def __init__(self, pattern: str) -> None:
        self.folders: set[str] = set()
        """Folders in which a new name could fit, as of the last `find`."""
        self._pattern = pattern
        self._known: dict[str, _Folder] = {}
        self._root, self._parts = _split(pattern)
        self._found: list[str] = [] if self._parts else [pattern]
        self._changed = False
        self._tests = {part: re.compile(fnmatch.translate(part)).match for part in self._parts}

    def find(self) -> list[str]:
        """Return the paths in order. A plain path is returned whether it is there or not."""
        if not self._parts:
            self.folders = {os.path.dirname(self._pattern) or "."}
            return self._found
        self._changed = False
        before, self.folders = self.folders, set()
        found = self._walk()
        if self._changed or before != self.folders:
            self._found = sorted(set(found))
            self._known = {name: folder for name, folder in self._known.items() if name in self.folders}
        return self._found

    def _walk(self) -> list[str]:
        found: list[str] = []
        ahead: list[tuple[str, int]] = [(self._root, 0)]
        seen: set[tuple[str, int]] = set()
        while ahead:
            place, at = ahead.pop()
            if (place, at) in seen:
                continue
            seen.add((place, at))
            folder = self._list(place)
            if folder is None:
                continue
            part, last = self._parts[at], at == len(self._parts) - 1
            if part == "**":
                ahead.append((place, at + 1))
                # A link to a folder above would never end, so `**` follows none.
                below = [os.path.join(place, name) for name in folder.folders if not name.startswith(".")]
                ahead.extend((path, at) for path in below if not os.path.islink(path))
            elif last:
                below = self._matching(place, folder, part)
                if "**" in self._parts:
                    # It goes through all folders anyway; elsewhere one that fits is said to be no log.
                    inner = {os.path.join(place, name) for name in folder.folders}
                    below = [path for path in below if path not in inner]
                found.extend(below)
            else:
                ahead.extend((path, at + 1) for path in self._matching(place, folder, part) if os.path.isdir(path))
        return found

    def _list(self, place: str) -> _Folder | None:
        """Return what lies in a folder, listed again if it changed; None for what is no folder that we may read."""
        folder = self._known.get(place)
        try:
            changed_ns = os.stat(place or ".").st_mtime_ns
            fresh = folder is not None and folder.changed_ns == changed_ns
            if folder is None or not fresh or time.monotonic() - folder.listed > _LISTED_AGAIN_S:
                self._changed = True
                folder = self._known[place] = _listed(place, changed_ns)
        except (OSError, ValueError):
            self._changed = self._changed or self._known.pop(place, None) is not None
            return None
        self.folders.add(place)
        return folder

    def _matching(self, place: str, folder: _Folder, part: str) -> list[str]:
        found = folder.matched.get(part)
        if found is None:
            test, hidden = self._tests[part], part.startswith(".")
            names = [name for name in folder.names if test(name) and (hidden or not name.startswith("."))]
            found = folder.matched[part] = [os.path.join(place, name) for name in names]
        return found


def _listed(place: str, changed_ns: int) -> _Folder:
    folder = _Folder()
    folder.listed = time.monotonic()
    with os.scandir(place or ".") as entries:
        for entry in entries:
            folder.names.append(entry.name)
            if _is_folder(entry):
                folder.folders.append(entry.name)
    if time.time_ns() - changed_ns > SETTLED_NS:
        folder.changed_ns = changed_ns
    return folder


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link that leads where nobody may look; the others of the folder are none the worse for it.
        return False


def _split(pattern: str) -> tuple[str, list[str]]:
    """Return the folder before the first magic part, and the parts from there on; no parts for a plain path."""
    if not glob.has_magic(pattern) or os.path.lexists(pattern):
        # A shell that expands *.log may hand on a file whose name has brackets in it.
        return pattern, []
    parts = pattern.split("/")
    first = next(at for at, part in enumerate(parts) if glob.has_magic(part))
    root = "/".join(parts[:first]) or ("/" if pattern.startswith("/") else "")
    rest = [part for part in parts[first:] if part]
    return root, [*rest, "*"] if rest[-1] == "**" else rest


def shown_name(path: str) -> str:
    r"""Return a path as text that can be stored and shown: bytes that are no UTF-8 become `\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
