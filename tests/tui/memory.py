"""A memory of where somebody was, for tests that attach twice."""

from __future__ import annotations

from warroom.core.whereabouts import Ignored, Whereabouts, whereabouts_bytes, whereabouts_of


class FakeMemory:
    """Keeps what is saved as bytes, as a file does; `fault` is what the disk says."""

    def __init__(self) -> None:
        self.saved: list[bytes] = []
        self.fault = ""

    async def save(self, whereabouts: Whereabouts) -> str:
        if not self.fault:
            self.saved.append(whereabouts_bytes(whereabouts))
        return self.fault

    @property
    def last(self) -> Whereabouts | None:
        """What the next console finds."""
        read = whereabouts_of(self.saved[-1]) if self.saved else None
        assert not isinstance(read, Ignored)
        return read
