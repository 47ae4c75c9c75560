"""`warroom config check`: every fault at once, with key, line and the nearest valid name, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Here
from warroom.adapters.paths import console_file

NO_PROBE = "needs a probe beside it: without a look from outside nothing proves that the bot is contained"
GOOD = '[bots.support]\nlog = "bot.log"\n[bots.billing]\nlog = "b.log"\n'


def checked(here: Here, text: str) -> tuple[int, str, list[str]]:
    Path("room.toml").write_text(text)
    code, out, err = here("config", "check", "room.toml")
    return code, out, err.splitlines()


def test_a_good_file_is_0_and_names_its_bots(here: Here) -> None:
    assert checked(here, GOOD) == (0, "room.toml: OK, bots: support, billing\n", [])
    assert checked(here, "") == (0, "room.toml: OK, bots: none\n", [])


def test_all_faults_are_told_at_once_with_line_key_and_nearest_name(here: Here) -> None:
    code, out, told = checked(
        here, '# bots\n[bots.support]\nlog = "a"\nhistroy = "b"\n\n[detct]\nx = 1\n[bots.other]\nlog = 5\n'
    )
    assert (code, out) == (2, "")
    assert told[0] == "warroom: room.toml: the config is wrong"
    assert told[-1] == "  docs/config.md lists every key"
    assert sorted(told[1:-1]) == [
        "  room.toml:4: bots.support.histroy: is not known (did you mean history?)",
        "  room.toml:6: detct: is not known (did you mean detect?)",
        "  room.toml:9: bots.other.log: must be text or a list of texts, not the number 5",
    ]


def test_what_stands_beside_a_value_of_a_wrong_type_is_told_in_the_same_go(here: Here) -> None:
    code, out, told = checked(
        here,
        "[bots.b2]\nlog = 5\n"
        "[bots.b2.contain.process]\npidfile = 'p'\n"
        "[bots.b3]\nlog = 'b'\n[bots.b3.probe]\nurl = 'ftp://x'\n"
        "[bots.b4]\nlog = 'b'\n[bots.b4.contain.process]\npidfile = 'p'\n"
        "[notify.channels.mail]\nkind = 'smtp'\nhost = 'h'\nsender = 'no mailbox'\n",
    )
    assert (code, out) == (2, "")
    assert [row.split(": ", 2)[1:] for row in told[1:-1]] == [
        ["bots.b2.log", "must be text or a list of texts, not the number 5"],
        ["bots.b2.contain", NO_PROBE],
        ["bots.b3.probe.url", "ftp://x is no address such as http://127.0.0.1:8080/chat"],
        ["bots.b4.contain", NO_PROBE],
        ["notify.channels.mail", "key to is missing"],
        ["notify.channels.mail.sender", "no mailbox is no address such as warroom@example.org"],
    ]


def test_a_value_of_a_wrong_type_makes_no_other_key_wrong(here: Here) -> None:
    _, _, told = checked(
        here,
        "[bots.a]\nlog = 'a'\nprobe = 5\ncontain = {process = {pidfile = 'p'}}\n"
        "[detect]\nwindow_s = true\nhop_s = 90\n"
        "[notify.channels.chat]\nkind = 'pigeon'\n[notify.groups]\nsecurity = ['chat']\n",
    )
    assert [row.split(": ")[1] for row in told[1:-1]] == [
        "bots.a.probe",
        "detect.window_s",
        "notify.channels.chat.kind",
    ]


def test_what_is_no_toml_is_told_with_its_line(here: Here) -> None:
    code, out, told = checked(here, GOOD + "[detect\n")
    assert (code, out) == (2, "")
    assert told[1].startswith("  room.toml:5: not TOML: ")


def test_a_key_with_terminal_codes_reaches_no_terminal(here: Here) -> None:
    code, _, told = checked(here, '["\\u001b]52;c;Y3VybA==\\u0007"]\nx = 1\n')
    assert code == 2
    assert "\x1b" not in "".join(told)
    assert "room.toml:1: " in told[1]


def test_a_file_that_cannot_be_read_is_2_and_no_bug(here: Here) -> None:
    Path("folder.toml").mkdir()
    for name in ("absent.toml", "folder.toml"):
        code, out, err = here("config", "check", name)
        assert (code, out) == (2, ""), err
        assert f"{name}:1: cannot be read: " in err


def test_a_check_makes_no_room(here: Here) -> None:
    assert checked(here, GOOD)[0] == 0
    assert sorted(path.name for path in here.shell.folder.iterdir()) == ["room.toml", "run"]


@pytest.mark.parametrize(("words", "told"), [([], "TASK"), (["check"], "F"), (["chekc", "x"], "check")])
def test_wrong_words_are_2_and_name_what_is_wanted(here: Here, words: list[str], told: str) -> None:
    code, out, err = here("config", *words)
    assert (code, out) == (2, "")
    assert told in err.splitlines()[-1]


def test_the_console_settings_of_this_account_are_checked_and_need_not_be_there(here: Here) -> None:
    code, out, err = here("config", "check", "--console")
    assert (code, err) == (0, "")
    assert out.endswith("console.toml: there is none, so all is as usual\n")
    console_file().parent.mkdir(parents=True)
    console_file().write_text('theme = "contrast"\n[keys]\ntimes = ["Z"]\n')
    code, out, err = here("config", "check", "--console")
    assert (code, err) == (0, "")
    assert out.endswith("console.toml: OK, theme contrast, times utc, 1 own key\n")


def test_wrong_console_settings_are_2_with_the_line_of_each_fault(here: Here) -> None:
    Path("mine.toml").write_text(
        'theme = "dark"\nbudget = 12\nmouse = "yes"\n[keys]\nnote = ["^a"]\ntick = "x"\nflow = "F2"\n'
    )
    code, out, err = here("config", "check", "--console", "mine.toml")
    told = err.splitlines()
    assert (code, out) == (2, "")
    assert told[0] == "warroom: mine.toml: the console settings are wrong"
    assert told[1:-1] == [
        "  mine.toml:2: budget: must be at least 500 bytes a second, or 0 for no limit, not 12",
        '  mine.toml:3: mouse: must be true or false, not the text "yes"',
        "  mine.toml:5: keys.note: ^a is left unbound on purpose: screen and tmux take it before it gets here",
        "  mine.toml:7: keys.flow: is no action (did you mean follow?)",
    ]
    Path("mine.toml").write_text('timez = 1\n[keys]\ncontain = ["X", "^a"]\nfoo = "u"\n')
    told = here("config", "check", "--console", "mine.toml")[2].splitlines()
    assert [row.split(": ")[:2] for row in told[1:-1]] == [
        ["  mine.toml:1", "timez"],
        ["  mine.toml:3", "keys.contain"],
        ["  mine.toml:4", "keys.foo"],
    ]
    Path("mine.toml").write_text('budget = 12\n[keys]\nnote = ["^a"]\nflow = "F2"\n')
    told = here("config", "check", "--console", "mine.toml")[2].splitlines()
    assert told[1:] == [
        "  mine.toml:1: budget: must be at least 500 bytes a second, or 0 for no limit, not 12",
        "  mine.toml:3: keys.note: ^a is left unbound on purpose: screen and tmux take it before it gets here",
        "  mine.toml:4: keys.flow: is no action (did you mean follow?)",
        "  docs/console.md lists every setting",
    ]
    Path("mine.toml").write_text('[keys]\ntick = "x"\n')
    told = here("config", "check", "--console", "mine.toml")[2].splitlines()
    assert told[1] == "  mine.toml:2: keys.tick: x is the key of contain (contain) too; give contain another one"


def test_a_config_check_wants_a_file_or_the_console(here: Here) -> None:
    code, _, err = here("config", "check")
    assert code == 2
    assert err.splitlines()[0] == "warroom: which config file?"
    assert here("config", "check", "--console", "nowhere.toml")[0] == 2
