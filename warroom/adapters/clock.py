"""The system's clock."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Wall time, monotonic time and waiting, from the operating system."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
