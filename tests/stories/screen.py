"""GNU screen in a folder of a test's own, ended with all that runs in it whether the test passes or not."""

from __future__ import annotations

from pathlib import Path

import psutil


def end_screens(folder: Path) -> list[int]:
    """Kill every screen whose socket lies in a folder, with all that it runs; return their process ids.

    A screen detaches itself when its terminal goes away: nobody else would end it.
    """
    ended = [int(socket.name.partition(".")[0]) for socket in folder.iterdir()]
    for pid in ended:
        try:
            server = psutil.Process(pid)
            family = [*server.children(recursive=True), server]
        except psutil.NoSuchProcess:
            continue
        for one in family:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=60)
    return ended
