"""Where a room lies on disk, and its short socket path (a Unix socket path has 107 bytes)."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

import platformdirs
from msgspec import Struct

from warroom.core.clean import safe_name


class PathRefused(Exception):
    """A folder that must be private is not; the message says which and what to do."""


class RoomPaths(Struct, frozen=True):
    """All places of one room."""

    name: str
    folder: Path
    anchors: Path
    socket: Path

    @property
    def journal(self) -> Path:
        """Acts."""
        return self.folder / "journal.db"

    @property
    def telemetry(self) -> Path:
        """Checkpoints."""
        return self.folder / "telemetry.db"

    @property
    def outbox(self) -> Path:
        """Notices on their way."""
        return self.folder / "outbox.db"

    @property
    def evidence(self) -> Path:
        """Files named by sha256."""
        return self.folder / "evidence"

    @property
    def spool(self) -> Path:
        """What was piped in, one file for each pipe."""
        return self.folder / "spool"

    @property
    def lock(self) -> Path:
        """Held by the engine while it runs; holds its pid."""
        return self.folder / "engine.lock"

    @property
    def log(self) -> Path:
        """What the engine has to say."""
        return self.folder / "engine.log"

    @property
    def config(self) -> Path:
        """The config that the room was started with."""
        return self.folder / "room.json"


def state_home() -> Path:
    """Return the folder of all rooms: `$XDG_STATE_HOME/warroom`."""
    return Path(platformdirs.user_state_dir("warroom", appauthor=False))


def console_file() -> Path:
    """Return where a person's console settings are: `$XDG_CONFIG_HOME/warroom/console.toml`."""
    return Path(platformdirs.user_config_dir("warroom", appauthor=False)) / "console.toml"


def room_paths(name: str, *, home: Path | None = None) -> RoomPaths:
    """Return the places of a room; ValueError when the name is none (a-z, 0-9, `.`, `_`, `-`)."""
    if safe_name(name) != name:
        raise ValueError(f"{name!r} is no room name: use a-z, 0-9, dot, dash and underscore, such as {safe_name(name)}")
    home = home or state_home()
    folder = home / "rooms" / name
    short = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return RoomPaths(name, folder, home / "anchors", _runtime() / f"{short}.sock")


def _runtime() -> Path:
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given and Path(given).is_dir():
        return Path(given) / "warroom"
    return Path(tempfile.gettempdir()) / f"warroom-{os.getuid()}"


def make_private(folder: Path) -> None:
    """Create a folder for this account alone; PathRefused when somebody else owns it or may write there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PathRefused(f"{folder} is not a folder of this account; remove it or set XDG_RUNTIME_DIR")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def shared_socket(folder: Path, group: str, name: str) -> Path:
    """Make the folder in which other accounts find a room's socket (0750, its group); PathRefused when it cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PathRefused(f"{folder} is not a folder of this account; name another in [access]")
        if group:
            shutil.chown(folder, group=group)
        folder.chmod(0o750)
        path = folder / f"{name}.sock"
        path.unlink(missing_ok=True)
    except (OSError, LookupError) as error:
        raise PathRefused(f"{folder} cannot be shared with the group {group or 'of this account'}: {error}") from error
    return path


def open_to_group(socket: Path, group: str) -> None:
    """Let the group connect: a socket needs the right to write."""
    if group:
        shutil.chown(socket, group=group)
    socket.chmod(0o660)


def rooms(home: Path | None = None) -> list[str]:
    """Return the names of all rooms on disk, sorted."""
    folder = (home or state_home()) / "rooms"
    return sorted(p.parent.name for p in folder.glob("*/journal.db"))
