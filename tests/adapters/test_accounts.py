"""Levels of real accounts of this host."""

from __future__ import annotations

import grp
import os
import pwd

from warroom.adapters.accounts import OwnAccount, UnixAccounts
from warroom.core.model import Level
from warroom.core.ports import Standing
from warroom.core.settings import AccessSettings

ME = pwd.getpwuid(os.getuid())
GROUP = grp.getgrgid(ME.pw_gid).gr_name
SOMEBODY = next(account for account in pwd.getpwall() if account.pw_uid not in (0, ME.pw_uid))


def test_without_a_table_the_engines_account_may_do_all_and_no_other_anything() -> None:
    own = OwnAccount()
    assert own.level(os.getuid()) is Level.COMMANDER
    assert own.level(SOMEBODY.pw_uid) is None
    assert own.standing(ME.pw_uid) == Standing(ME.pw_name, Level.COMMANDER, shared=False, enrolled=1)
    assert own.by_number(SOMEBODY.pw_uid) == Standing(f"uid-{SOMEBODY.pw_uid}", None, shared=False, enrolled=1)


def test_an_account_is_known_by_name_by_uid_and_by_group() -> None:
    for word in (ME.pw_name, str(ME.pw_uid), f"@{GROUP}"):
        assert UnixAccounts(AccessSettings(responder=[word])).level(ME.pw_uid) is Level.RESPONDER
    assert UnixAccounts(AccessSettings(responder=["nobody-of-that-name", "@no-such-group"])).level(ME.pw_uid) is None


def test_the_highest_level_counts() -> None:
    accounts = UnixAccounts(AccessSettings(viewer=[ME.pw_name], commander=[f"@{GROUP}"]))
    assert accounts.level(ME.pw_uid) is Level.COMMANDER


def test_a_uid_without_an_account_has_the_level_that_names_its_number() -> None:
    assert UnixAccounts(AccessSettings(viewer=["3999999999"])).level(3999999999) is Level.VIEWER
    assert UnixAccounts(AccessSettings()).level(3999999999) is None


def test_only_who_may_act_is_counted_and_nobody_twice() -> None:
    alone = AccessSettings(viewer=[SOMEBODY.pw_name], responder=[ME.pw_name, str(ME.pw_uid)])
    assert UnixAccounts(alone).enrolled() == 1
    two = AccessSettings(responder=[ME.pw_name], commander=[SOMEBODY.pw_name])
    assert UnixAccounts(two).enrolled() == 2
    assert UnixAccounts(AccessSettings(responder=["@no-such-group", "no-such-name"])).enrolled() == 0


def test_members_of_a_group_count_each() -> None:
    members = {account.pw_uid for account in pwd.getpwall() if account.pw_gid == ME.pw_gid}
    members |= {pwd.getpwnam(name).pw_uid for name in grp.getgrnam(GROUP).gr_mem}
    assert UnixAccounts(AccessSettings(responder=[f"@{GROUP}"])).enrolled() == len(members)


def test_a_shared_account_is_one_that_the_table_names() -> None:
    accounts = UnixAccounts(AccessSettings(commander=[ME.pw_name], shared=[ME.pw_name]))
    assert accounts.shared(ME.pw_uid)
    assert not accounts.shared(SOMEBODY.pw_uid)


def test_all_that_is_known_of_an_account_comes_together() -> None:
    accounts = UnixAccounts(AccessSettings(responder=[f"@{GROUP}"], commander=[ME.pw_name], shared=[ME.pw_name]))
    standing = accounts.standing(ME.pw_uid)
    assert standing == Standing(ME.pw_name, Level.COMMANDER, shared=True, enrolled=accounts.enrolled())


def test_without_a_look_up_the_number_alone_counts_and_a_second_person_may_be_there() -> None:
    by_name = AccessSettings(commander=[ME.pw_name, "4242"], shared=[])
    assert UnixAccounts(by_name).by_number(4242) == Standing("uid-4242", Level.COMMANDER, shared=False, enrolled=3)
    assert UnixAccounts(by_name).by_number(ME.pw_uid).level is None
    alone = UnixAccounts(AccessSettings(responder=["4242"], shared=["4242"])).by_number(4242)
    assert alone == Standing("uid-4242", Level.RESPONDER, shared=True, enrolled=1)
