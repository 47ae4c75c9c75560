"""The alarm clock of the reader: watchfiles says that something in a folder changed; the scan finds out what.

It may be late, lose events or die; then the scan finds the change half a second later.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import watchfiles

_STEP_MS = 20
_DEBOUNCE_MS = 200


class FolderWatch:
    """Sets `wake` whenever something changes in the watched folders."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake
        self._folders: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, folders: Iterable[str]) -> None:
        """Watch these folders from now on; those that are missing are left to the scan. A dead watch is restarted."""
        wanted = frozenset(folder for folder in folders if Path(folder).is_dir())
        alive = self._thread is not None and self._thread.is_alive()
        if wanted == self._folders and (alive or not wanted):
            return
        self.stop()
        self._folders = wanted
        if wanted:
            self._stop = threading.Event()
            self._thread = threading.Thread(target=self._run, args=(wanted, self._stop), name="watch", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the watching thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)
            self._thread = None

    def _run(self, folders: frozenset[str], stop: threading.Event) -> None:
        try:
            for _ in watchfiles.watch(
                *sorted(folders),
                watch_filter=None,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                rust_timeout=500,
                stop_event=stop,
                recursive=False,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                self._wake.set()
        except (OSError, RuntimeError, ValueError):
            # One name that is not UTF-8, a full inotify table, a folder that went away: the scan goes on, and starts
            # this anew.
            self._wake.set()
