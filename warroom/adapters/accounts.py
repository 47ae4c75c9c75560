"""Access levels of Unix accounts: the config's names, uids and groups against the account database of this host."""

from __future__ import annotations

import grp
import os
import pwd

from warroom.adapters.account_database import every_account, groups_of
from warroom.core.model import Level
from warroom.core.ports import Standing
from warroom.core.settings import AccessSettings

_HIGHEST_FIRST = (Level.COMMANDER, Level.RESPONDER, Level.VIEWER)


class OwnAccount:
    """Without an `[access]` table: whoever reaches the room is the engine's own account or root, and may do all."""

    def standing(self, uid: int) -> Standing:
        """Return its name, and that it may do all or nothing; it is never shared, and nobody else is enrolled."""
        return Standing(_name_of(uid), self.level(uid), shared=False, enrolled=1)

    def by_number(self, uid: int) -> Standing:
        """Return the same without its name."""
        return Standing(f"uid-{uid}", self.level(uid), shared=False, enrolled=1)

    def level(self, uid: int) -> Level | None:
        """Commander for the engine's account and for root."""
        return Level.COMMANDER if uid in (0, os.getuid()) else None


class UnixAccounts:
    """Looks accounts and groups up for each question. Blocks for as long as the name service of the host does."""

    def __init__(self, settings: AccessSettings) -> None:
        self._settings = settings

    def standing(self, uid: int) -> Standing:
        """Return all that the config says of an account and its groups; OSError where the host says nothing."""
        words = _words_of(uid)
        return Standing(_name_of(uid), self._level(words), self._shared(words), self.enrolled())

    def by_number(self, uid: int) -> Standing:
        """Return what the config says of the bare number.

        Where it names people by account or group, a second one is taken to be there: that nobody can be looked up must
        not let one person act where two are asked for.
        """
        words = {str(uid)}
        named = {*self._settings.commander, *self._settings.responder}
        numbers = sum(word.isdigit() for word in named)
        return Standing(
            f"uid-{uid}", self._level(words), self._shared(words), numbers if numbers == len(named) else numbers + 2
        )

    def level(self, uid: int) -> Level | None:
        """The highest level that names the account or a group of it."""
        return self._level(_words_of(uid))

    def shared(self, uid: int) -> bool:
        """Whether `shared` names it."""
        return self._shared(_words_of(uid))

    def _level(self, words: set[str]) -> Level | None:
        for level in _HIGHEST_FIRST:
            if words & set(self._named(level)):
                return level
        return None

    def _shared(self, words: set[str]) -> bool:
        return bool(words & set(self._settings.shared))

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


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def _words_of(uid: int) -> set[str]:
    """Return all the words by which a config may name an account."""
    words = {str(uid)}
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        return words
    groups = groups_of(account.pw_name, account.pw_gid)
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
        first = {account.uid for account in every_account() if account.gid == group.gr_gid}
        return first | {uid for name in group.gr_mem for uid in _uids_of(name)}
    if word.isdigit():
        return {int(word)}
    try:
        return {pwd.getpwnam(word).pw_uid}
    except KeyError:
        return set()
