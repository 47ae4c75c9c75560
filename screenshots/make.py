"""Draws the pictures of the console from a fixed incident: the same input gives the same picture.

    python screenshots/make.py      writes NAME-COLUMNSxROWS.svg beside itself
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.tui.running import console  # noqa: E402  the checkout has to be importable first
from tests.tui.test_goldens import SCREENS  # noqa: E402

PICTURES = ("overview", "incident", "alarm", "contain", "actions", "stream")
SIZES = ((120, 36), (80, 24))


async def draw(name: str, size: tuple[int, int]) -> Path:
    """Draw one screen and return where the picture lies."""
    keys, seen = SCREENS[name]
    async with console(size) as session:
        await session.see("R12-injection-phrase")
        await session.press(*keys)
        await session.see(seen)
        picture = session.app.export_screenshot(title=f"warroom: {name}")
    path = Path(__file__).with_name(f"{name}-{size[0]}x{size[1]}.svg")
    path.write_text(picture)
    return path


def main() -> int:
    """Draw them all."""
    for size in SIZES:
        for name in PICTURES:
            if size == SIZES[0] or name in ("overview", "incident"):
                sys.stdout.write(f"{asyncio.run(draw(name, size)).relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
