"""Draws the pictures of the console from a fixed drill that it plays by keys: real bot, real attack, real proof.

    python screenshots/make.py      writes NAME-COLUMNSxROWS.svg beside itself, and .png where chromium is installed

The seed is fixed, so the story is the same each time; clocks and process ids are those of the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from textual.pilot import Pilot

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.tui.screens import screen_text  # noqa: E402  the checkout has to be importable first
from tests.waiting import eventually  # noqa: E402
from warroom.adapters.paths import RoomPaths  # noqa: E402
from warroom.bootstrap.drill import Hands, Play, play  # noqa: E402
from warroom.cli.engine import start_engine  # noqa: E402
from warroom.cli.preview import Previews  # noqa: E402
from warroom.client.connection import RoomConnection  # noqa: E402
from warroom.drill.autopilot import Style  # noqa: E402
from warroom.tui.app import WarRoomApp  # noqa: E402
from warroom.tui.outside import Outside  # noqa: E402
from warroom.tui.palettes import TRUECOLOR  # noqa: E402

WIDE, NARROW = (120, 36), (80, 24)
SEED = 1
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRAWN: list[Path] = []


class Console:
    """One console on the drill's room, with the hands on its keyboard."""

    def __init__(self, app: WarRoomApp, pilot: Pilot[int], size: tuple[int, int]) -> None:
        self._app, self._pilot, self._size = app, pilot, size

    async def press(self, *keys: str, until: str) -> None:
        """Press keys, then wait until the screen shows a text."""
        for key in keys:
            await self._pilot.press(key)
            # Dialogs disregard keys that come faster than a person's.
            await asyncio.sleep(0.4)
        try:
            await eventually(lambda: until in screen_text(self._app), timeout_s=60)
        except AssertionError:
            raise AssertionError(f"{until!r} did not come on\n{screen_text(self._app)}") from None

    def draw(self, name: str) -> None:
        """Write what the screen shows now."""
        picture = self._app.export_screenshot(title=f"warroom: {name}")
        path = Path(__file__).with_name(f"{name}-{self._size[0]}x{self._size[1]}.svg")
        path.write_text(picture)
        DRAWN.append(path)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


@contextlib.asynccontextmanager
async def console(paths: RoomPaths, size: tuple[int, int]) -> AsyncIterator[Console]:
    """Attach a console of this size to the room."""
    async with RoomConnection(paths.socket, client="console", follow=True) as room:
        app = WarRoomApp(room, outside=Outside(draft=Previews(room).draft), colours=TRUECOLOR)
        async with app.run_test(size=size) as pilot:
            yield Console(app, pilot, size)


async def tell(paths: RoomPaths) -> None:
    """Play the drill as its README says, and draw its pages on the way."""
    async with console(paths, WIDE) as wide, console(paths, NARROW) as narrow:
        await wide.press(until="ALARM ")
        await narrow.press(until="ALARM ")
        wide.draw("overview")
        narrow.draw("overview")
        await wide.press("o", until="Open an incident")
        await wide.press("enter", "enter", "enter", until="Checklist")
        await wide.press("x", until="mild to hard")
        await wide.press("down", "down", "enter", until="plan ")
        wide.draw("contain")
        await wide.press("tab", "tab", "tab", "enter", until="HELD")
        await wide.press("2", until="Checklist")
        await narrow.press("2", until="Checklist")
        wide.draw("incident")
        narrow.draw("incident")
        for key, seen, name in (
            ("3", "WHY", "alarm"),
            ("4", "PROOF FROM OUTSIDE", "actions"),
        ):
            await wide.press(key, until=seen)
            wide.draw(name)
        await wide.press("5", until="FOLLOW")
        await wide.press("slash", *"ignore", "enter", until="/ignore")
        wide.draw("stream")
        for keys, seen, name in (
            (("escape", "7"), "preview, not written", "post-mortem"),
            (("8",), "so far", "drill"),
            (("9", "down", "down", "enter"), "rows", "query"),
        ):
            await wide.press(*keys, until=seen)
            wide.draw(name)


async def export_nothing(room: RoomConnection, paths: RoomPaths, incident: str) -> None:
    """Write no post-mortem: nobody asks for one here."""


def make_png(browser: str, picture: Path) -> None:
    """Write a picture as a person sees it in a browser, of the size that it names itself."""
    size = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', picture.read_text())
    assert size is not None, f"{picture.name} does not say how large it is"
    wide, high = (math.ceil(float(side)) for side in size.groups())
    target = picture.with_suffix(".png")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--default-background-color=00000000"]
    with tempfile.TemporaryDirectory() as profile:
        page = Path(profile, "page.html")
        # By itself a browser draws the picture as large as its window.
        page.write_text(f'<body style="margin:0"><img src="{picture.as_uri()}" width="{wide}" height="{high}">')
        words += [f"--user-data-dir={profile}", f"--window-size={wide},{high}", f"--screenshot={target}", page.as_uri()]
        subprocess.run([browser, *words], check=True, capture_output=True, timeout=60)
    sys.stdout.write(f"{target.relative_to(ROOT)}\n")


def main() -> int:
    """Set the stage in a folder that goes away, and draw."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_RUNTIME_DIR"] = folder
        hands = Hands(lambda paths, config: start_engine(paths, config=config, drill=True), tell, export_nothing)
        asked = Play("prompt-injection", SEED, Style.NONE, headless=False)
        asyncio.run(play(asked, hands, lambda text: None))
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stdout.write(f"no .png: none of {', '.join(BROWSERS)} is installed\n")
        return 0
    for picture in DRAWN:
        make_png(browser, picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
