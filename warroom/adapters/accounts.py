"""Access levels of Unix accounts: the config's names, uids and groups against the account database of this host."""

from __future__ import annotations

import grp
import os
import pwd

from warroom.core.model import Level
from warroom.core.settings import AccessSettings

_HIGHEST_FIRST = (Level.COMMANDER, Level.RESPONDER, Level.VIEWER)


class OwnAccount:
    """Without an `[access]` table: whoever reaches the room is the engine's own account or root, and may do all."""

    def level(self, uid: int) -> Level | None:
        """Commander for the engine's account and for root."""
        return Level.COMMANDER if uid in (0, os.getuid()) else None

    def shared(self, uid: int) -> bool:
        """Nobody is asked for a name."""
        return False

    def enrolled(self) -> int:
        """One account: nobody waits for a second person."""
        return 1


class UnixAccounts:
    """Looks accounts and groups up for each question, so that a changed group counts at once."""

    def __init__(self, settings: AccessSettings) -> None:
        self._settings = settings

    def level(self, uid: int) -> Level | None:
        """The highest level that names the account or a group of it."""
        words = _words_of(uid)
        for level in _HIGHEST_FIRST:
            if words & set(self._named(level)):
                return level
        return None

    def shared(self, uid: int) -> bool:
        """Whether `shared` names it."""
        return bool(_words_of(uid) & set(self._settings.shared))

    def enrolled(self) -> int:
        """Accounts of this host that responder and commander name, by themselves or by a group."""
        named = [*self._named(Level.COMMANDER), *self._named(Level.RESPONDER)]
        return len({uid for word in named for uid in _uids_of(word)})

    def _named(self, level: Level) -> list[str]:
        match level:
            case Level.COMMANDER:
                return self._settings.commander
            case Level.RESPONDER:
                return self._settings.responder
            case Level.VIEWER:
                return self._settings.viewer


def _words_of(uid: int) -> set[str]:
    """Return all the words by which a config may name an account."""
    words = {str(uid)}
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        return words
    groups = os.getgrouplist(account.pw_name, account.pw_gid)
    return words | {account.pw_name} | {f"@{name}" for gid in groups for name in _group_name(gid)}


def _group_name(gid: int) -> list[str]:
    try:
        return [grp.getgrgid(gid).gr_name]
    except KeyError:
        return []


def _uids_of(word: str) -> set[int]:
    if word.startswith("@"):
        try:
            group = grp.getgrnam(word[1:])
        except KeyError:
            return set()
        first = {account.pw_uid for account in pwd.getpwall() if account.pw_gid == group.gr_gid}
        return first | {uid for name in group.gr_mem for uid in _uids_of(name)}
    if word.isdigit():
        return {int(word)}
    try:
        return {pwd.getpwnam(word).pw_uid}
    except KeyError:
        return set()
