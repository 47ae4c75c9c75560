"""Who on this host an isolation means: an account, a cgroup or a network namespace, and who else is hit with it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import pwd
import re
import time
from pathlib import Path

import psutil

from warroom.adapters.contain import open_sockets
from warroom.adapters.contain.cgroup_tree import mounts, pids_below
from warroom.adapters.contain.nft_rules import Held, Match, Whose
from warroom.core.ports import AdapterFailed
from warroom.core.settings_contain import NftSettings

_CGROUPS = Path("/sys/fs/cgroup")
_NAMESPACES = Path("/run/netns")
_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}\$?|[0-9]{1,10}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_LASTING_S = 60.0
"""Shorter-lived processes are not named: they would make every plan another one."""
_SHOWN = 20


def whose_of(settings: NftSettings) -> Whose:
    """Return whose traffic the settings mean now; AdapterFailed when there is nobody, or when it is this engine."""
    if settings.user:
        return _account(settings.user)
    if settings.cgroup:
        return _cgroup(settings.cgroup)
    return _namespace(settings.netns)


def _account(name: str) -> Whose:
    if not _ACCOUNT.fullmatch(name):
        raise AdapterFailed(f"{name!r} is no account name")
    try:
        account = pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name)
    except KeyError as error:
        raise AdapterFailed(f"there is no account {name} on this host") from error
    if account.pw_uid in (0, os.getuid()):
        raise AdapterFailed(f"{account.pw_name} runs this host or this engine; its traffic is never cut")
    return Whose(Match.USER, account.pw_name, account.pw_uid)


def _cgroup(path: str) -> Whose:
    parts = Path(path).parts
    if not parts or any(part in ("..", "/") or not _WORD.fullmatch(part) for part in parts):
        raise AdapterFailed(f"{path!r} is no folder below {_CGROUPS}")
    folder = _CGROUPS / path
    try:
        inside = folder.resolve(strict=True)
        number = inside.stat().st_ino
        if inside != folder or not (folder / "cgroup.procs").is_file():
            raise AdapterFailed(f"{folder} is no cgroup")
        mount = _mount_of(folder)
        members = pids_below(folder)
    except OSError as error:
        raise AdapterFailed(f"the cgroup {folder} cannot be read: {error.strerror}") from error
    level = len(folder.relative_to(mount).parts)
    if level == 0 or os.getpid() in members:
        raise AdapterFailed(f"{folder} holds this engine or the whole host; its traffic is never cut")
    return Whose(Match.CGROUP, path, number, level)


def _mount_of(folder: Path) -> Path:
    for mount in mounts():
        if folder.is_relative_to(mount.folder):
            return mount.folder
    raise AdapterFailed(f"{folder} does not belong to cgroup version 2, which nft matches")


def _namespace(name: str) -> Whose:
    path = Path(name) if name.startswith("/") else _NAMESPACES / name
    if not all(_WORD.fullmatch(part) for part in path.parts[1:]) or ".." in path.parts:
        raise AdapterFailed(f"{name!r} is no network namespace")
    try:
        number = path.stat().st_ino
        own = Path("/proc/self/ns/net").stat().st_ino
    except OSError as error:
        raise AdapterFailed(f"the network namespace {path} cannot be read: {error.strerror}") from error
    if number == own:
        raise AdapterFailed(f"{path} is the namespace of this engine; its traffic is never cut")
    return Whose(Match.NETNS, str(path), number)


def shared_with(whose: Whose) -> list[str]:
    """Return the programs that are hit: those of the account, cgroup or namespace that have run for a minute."""
    named = sorted({name for process in _members(whose) for name in _name_of(process)})
    told = [f"every process of the same {whose.match.value}: {', '.join(named[:_SHOWN])}"] if named else []
    return told + ([f"and {len(named) - _SHOWN} more programs"] if len(named) > _SHOWN else [])


def _name_of(process: psutil.Process) -> list[str]:
    try:
        return [process.name()]
    except psutil.Error:
        return []


def _members(whose: Whose) -> list[psutil.Process]:
    """Return who is meant and has run for a minute; of others nothing but whose they are is read."""
    inside = pids_below(_CGROUPS / whose.name) if whose.match is Match.CGROUP else set[int]()
    found: list[psutil.Process] = []
    for pid in inside if whose.match is Match.CGROUP else psutil.pids():
        with contextlib.suppress(psutil.Error, OSError):
            # Every process of the host is asked: a Path for each would cost as much as the asking.
            if whose.match is Match.NETNS and os.stat(f"/proc/{pid}/ns/net").st_ino != whose.number:  # noqa: PTH116
                continue
            process = psutil.Process(pid)
            if whose.match is Match.USER and process.uids().effective != whose.number:
                continue
            if time.time() - process.create_time() > _LASTING_S:
                found.append(process)
    return found


def sockets_of(whose: Whose) -> list[Held]:
    """Return every internet socket that a process of the cgroup holds now, wherever it was born."""
    held: list[Held] = []
    for sockets in open_sockets.sockets_of(sorted(pids_below(_CGROUPS / whose.name))).values():
        for one in sockets:
            far = (_plain(one.far), one.far_port) if one.far_port else ("", 0)
            held.append(Held("tcp" if one.tcp else "udp", _plain(one.near), one.near_port, *far))
    return held


def _plain(address: str) -> str:
    """Return an address as it stands in packets: one of IPv4 that an IPv6 socket uses is one of IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)
