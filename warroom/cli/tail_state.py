"""Where `warroom tail --state FILE` stopped: the checkpoints of its logs, written after their records were printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warroom.cli.exits import USAGE, Failure

if TYPE_CHECKING:
    from warroom.core.record import Checkpoint


class TailState:
    """The file. A crash between printing and writing repeats the last batch; it never skips one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, Checkpoint] = {}

    def checkpoints(self) -> list[Checkpoint]:
        """Return what the file holds, nothing when it is not there; Failure for a file that is something else."""
        import msgspec

        from warroom.core.record import Checkpoint

        try:
            found = msgspec.json.decode(self._path.read_bytes(), type=list[Checkpoint])
        except FileNotFoundError:
            found = []
        except (OSError, msgspec.DecodeError) as error:
            raise Failure(USAGE, f"{self._path} holds no state of warroom tail", str(error)) from error
        self._kept = {one.source: one for one in found}
        return found

    def keep(self, checkpoint: Checkpoint) -> None:
        """Write how far one log was read, all at once or not at all."""
        import msgspec

        self._kept[checkpoint.source] = checkpoint
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            fresh.write_bytes(msgspec.json.encode(list(self._kept.values())))
            fresh.replace(self._path)
        except OSError as error:
            raise Failure(USAGE, f"{self._path} cannot be written", error.strerror or str(error)) from error
