"""Groups and accounts beside what Python's own modules say of this host."""

from __future__ import annotations

import os
import pwd

from warroom.adapters.account_database import every_account, groups_of


def test_it_lists_the_accounts_of_this_host() -> None:
    assert [(one.uid, one.gid) for one in every_account()] == [(one.pw_uid, one.pw_gid) for one in pwd.getpwall()]


def test_it_knows_the_groups_of_each_account() -> None:
    for account in pwd.getpwall():
        assert groups_of(account.pw_name, account.pw_gid) == os.getgrouplist(account.pw_name, account.pw_gid)


def test_who_is_not_there_has_the_group_that_was_given() -> None:
    assert groups_of("no-such-account", 4242) == [4242]
