"""A person's own keys: names, what is refused and why, and what footer, palette, help and sentences say then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.running import console
from warroom.core.settings_console import ConsoleSettings
from warroom.tui import keymap
from warroom.tui.actions import ACTIONS, BY_ID, Action
from warroom.tui.keymap import help_of, hold, key_faults, key_for, key_of, key_text, keys_of, textual_keymap


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Let the usual keys hold again."""
    yield
    hold({})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("x", "x"),
        ("X", "X"),
        ("?", "?"),
        ("ö", "ö"),
        ("^p", "ctrl+p"),
        ("ctrl+p", "ctrl+p"),
        ("Ctrl+P", "ctrl+p"),
        ("F5", "f5"),
        ("PgUp", "pageup"),
        ("pageup", "pageup"),
        ("Space", "space"),
        ("Esc", "escape"),
        ("↑", "up"),
        (",", "comma"),
        (" ", ""),
        ("", ""),
        ("xy", ""),
        ("\x1b", ""),
        ("alt+x", ""),
        ("f13", ""),
    ],
)
def test_a_key_is_named_as_it_is_shown_or_as_it_is_called(text: str, key: str) -> None:
    assert key_of(text) == key
    assert not key or key_of(key_text(key)) == key


@pytest.mark.parametrize(
    ("action", "key", "why"),
    [
        ("contian", "c", "is no action (did you mean contain?)"),
        ("note", "PgUpp", 'there is no key "PgUpp" (did you mean pgup?)'),
        ("note", "\x1b[A", "such as x, ^p, F5, PgUp"),
        ("note", "^a", "screen and tmux take it"),
        ("note", "^b", "screen and tmux take it"),
        ("note", "^s", "terminals stop"),
        ("note", "^q", "terminals stop"),
        ("note", "^z", "suspends"),
        ("note", "^d", "ends the input"),
        ("note", "^k", "kills"),
        ("note", "ctrl+i", "the same for Tab"),
        ("contain", "Enter", "Enter stays with enter"),
        ("contain", "Esc", "Esc stays with back"),
        ("note", "^c", "^c stays with leave"),
        ("break_glass", "Space", "presses buttons too"),
        ("tick", "x", "x is the key of contain (contain) too; give contain another one"),
        ("down", "n", "n is the key of next_hit"),
        ("help", "j", "j is the key of down"),
    ],
)
def test_a_key_that_cannot_be_is_refused_with_the_reason(action: str, key: str, why: str) -> None:
    told = list(key_faults({action: [key]}))
    assert [at for at, _ in told] == [action]
    assert why in told[0][1]
    assert "\x1b" not in told[0][1]
    with pytest.raises(ValueError, match="keys"):
        hold({action: [key]})
    assert textual_keymap() == {}, "nothing of it holds"


def test_an_action_without_any_key_is_refused() -> None:
    assert [text.partition(";")[0] for _, text in key_faults({"note": []})] == ["needs at least one key"]


def test_two_actions_may_exchange_their_keys_and_the_way_out_stays() -> None:
    wanted = {"contain": ["t"], "note": ["x"], "leave": ["Q"], "back": ["backspace" if key_of("backspace") else "F4"]}
    assert list(key_faults(wanted)) == []
    hold(wanted)
    assert (key_for("contain"), key_for("note"), key_for("leave")) == ("t", "x", "Q")
    assert keys_of("leave") == ["Q", "ctrl+c"]
    assert keys_of("back")[-1] == "escape"
    assert set(textual_keymap()) == set(BY_ID)


@given(st.dictionaries(st.sampled_from(sorted(BY_ID)), st.lists(st.sampled_from("abqxXzZ?09"), min_size=1, max_size=2)))
def test_what_is_not_refused_has_one_meaning_on_every_page(wanted: dict[str, list[str]]) -> None:
    if list(key_faults(wanted)):
        return
    hold(wanted)
    shared = {"everywhere", "list", "log"}
    for page in {place for action in ACTIONS for place in action.where} - shared:
        heard = [key for a in ACTIONS if {page, *shared} & set(a.where) for key in keys_of(a.id)]
        assert len(heard) == len(set(heard))
    hold({})


OWN = ConsoleSettings(
    keys={
        "contain": ["F9"],
        "note": ["N", "c"],
        "copy": ["C"],
        "close": ["F8"],
        "sql": ["F7"],
        "previous_hit": ["V"],
        "help": ["h"],
        "open": ["F6"],
        "page_alarms": ["F3"],
        "down": ["s", "down"],
        "tick": ["x"],
    }
)


async def test_own_keys_act_the_usual_ones_rest_and_everything_shows_them() -> None:
    async with console((120, 36), settings=OWN) as session:
        await session.see(" F9 contain", "F6 incident", "N note", " h help", "F3 Alarms")
        await session.press("t")
        assert "Note for" not in session.text
        await session.press("c")
        await session.see("Note for INC-001")
        await session.press("h", "i", "escape", "f3")
        await session.see("F6 opens an incident, F9 contains the bot")
        await session.press("f9")
        await session.see("mild to hard")
        await session.press("s", "enter")
        await session.see("Dry run", "Cancel")
        await session.press("escape", "2")
        await session.see("F9 contain: disable mail   x tick", "N note")
        await session.press("h")
        await session.see("  F9", "Choose how to contain")
        await session.press("escape", "colon", *"note")
        await session.see("note  (N)")


async def test_in_a_line_of_text_own_keys_are_letters_and_in_a_dialog_the_usual_ones_hold() -> None:
    async with console((80, 24), settings=OWN) as session:
        await session.press("c", *"shhh cNx", "enter")
        await session.see("saved #")
        await session.press("5", "slash", *"hsc")
        await session.see("/hsc")
        await session.press("escape")
        await session.press("h")
        await session.see("Keys · ")


async def test_a_dangerous_command_on_any_key_is_still_its_dialog() -> None:
    async with console((80, 24), settings=ConsoleSettings(keys={"contain": ["F9"]})) as session:
        await session.press(*["f9"] * 6)
        await session.see("mild to hard")
        assert not session.room.submitted


def test_keys_that_clash_never_reach_the_screen() -> None:
    from tests.tui.fake_room import FakeRoom
    from warroom.tui.app import WarRoomApp

    with pytest.raises(ValueError, match="x is the key of contain"):
        WarRoomApp(FakeRoom(None), settings=ConsoleSettings(keys={"tick": ["x"]}))


def test_no_sentence_of_the_console_names_a_key_of_its_own() -> None:
    """Words such as `x contains` in a source would be wrong for whoever has another key."""
    verbs = "opens|shows|writes|takes|begins|approves|calls|says no|tells|ends that|resumes|contains|closes|asks anew"
    places = r"\b[A-Za-z0-9] on page \d|\b[Pp]age \d|\b\d (?:shows|the proof)\b|\bx acts\b"
    named = re.compile(rf"[\"“(;,·] ?[A-Za-z@&] (?:{verbs})\b|\b[&@] and Enter\b|{places}")
    assert named.search('say("x contains it")')
    assert named.search("A on page 4")
    sources = [
        file for file in Path(keymap.__file__).parent.rglob("*.py") if file.name not in ("actions.py", "keymap.py")
    ]
    assert [f"{file.name}: {found[0]}" for file in sources for found in named.finditer(file.read_text())] == []


def test_help_names_the_keys_that_hold_and_no_other() -> None:
    hold({"follow": ["F7"], "copy": ["V"], "previous_pane": ["F2"]})
    said = {id: help_of(BY_ID[id]) for id in ("point", "copy_file", "next_pane")}
    assert "F7 leads them there" in said["point"]
    assert "what V copies" in said["copy_file"]
    assert "(F2: back)" in said["next_pane"]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_no_help_text_has_a_key_written_into_it(action: Action) -> None:
    named = re.findall(r"\{(\w+)\}", action.help)
    assert set(named) <= set(BY_ID)
    # `!` and `*` are typed into a filter or a search; Esc and Enter stay with their action whatever a person changes.
    keys = {*re.findall(r"`(\S)`", action.help)} - {"!", "*"}
    keys |= set(re.findall(r"(?:shift|ctrl|alt)\+\w+|\^\w\b", action.help))
    assert keys == set()


async def test_the_help_page_tells_a_persons_own_keys_inside_sentences() -> None:
    async with console((120, 36), settings=ConsoleSettings(keys={"follow": ["F7"]})) as session:
        await session.press("question_mark")
        await session.see("and F7 leads them there")
