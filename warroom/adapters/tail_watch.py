"""The alarm clock of the reader: watchfiles says which paths changed; the scan finds what it did not say.

It may be late, lose events or die; then the scan finds the change a moment later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import watchfiles

_STEP_MS = 20
_DEBOUNCE_MS = 200
_TRIED_AGAIN_S = 5.0
"""A watch that died at once is not started anew before this time."""


class FolderWatch:
    """Sets `wake` whenever something changes in the watched folders, and keeps which paths."""

    def __init__(self, wake: threading.Event) -> None:
        self.trouble = ""
        """Why nothing is heard at the moment; empty while all is well."""
        self._wake = wake
        self._folders: frozenset[str] = frozenset()
        self._began = float("-inf")
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._changed: set[str] = set()

    def watch(self, folders: Iterable[str]) -> None:
        """Watch these folders from now on; those that are missing are left to the scan. A dead watch is restarted."""
        wanted = frozenset(folder for folder in folders if _can_be_watched(folder))
        alive = self._thread is not None and self._thread.is_alive()
        if wanted == self._folders and (alive or not wanted or time.monotonic() - self._began < _TRIED_AGAIN_S):
            return
        self.stop()
        self._folders = wanted
        if wanted:
            self._began = time.monotonic()
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(wanted, self._stop), name="watch", daemon=True)
            self._thread.start()

    def changed(self) -> set[str]:
        """Return the paths that changed since the last call, as the watched folders were named."""
        with self._lock:
            changed, self._changed = self._changed, set()
        return changed

    def stop(self) -> None:
        """End the watching thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)
            self._thread = None

    def _run(self, folders: frozenset[str], stop: threading.Event) -> None:
        try:
            for changes in watchfiles.watch(
                *sorted(folders),
                watch_filter=None,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                rust_timeout=500,
                stop_event=stop,
                recursive=False,
                raise_interrupt=False,
                ignore_permission_denied=True,
                yield_on_timeout=True,
                # Its own polling loses the second of two changes within a second; the scan does not.
                force_polling=False,
            ):
                # It answers even when nothing happened, so that it is known to be well.
                self.trouble = ""
                if changes:
                    with self._lock:
                        self._changed.update(path for _, path in changes)
                    self._wake.set()
        except (OSError, RuntimeError, ValueError) as error:
            # One name that is not UTF-8, a full inotify table, a folder that went away: the scan goes on, and starts
            # this anew.
            self.trouble = str(error) or type(error).__name__
            self._wake.set()


def _can_be_watched(folder: str) -> bool:
    """Whether it is a folder, and its name such that the watch of all folders does not die of it."""
    try:
        folder.encode()
    except UnicodeEncodeError:
        return False
    return Path(folder).is_dir()
