"""Argument lists: a name never becomes an option, a path or a second argument."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.contain.rig_command import program
from warroom.adapters.contain.command_argv import examined, filled, named, seconds, shown
from warroom.core.ports import AdapterFailed

VALUES = {"bot": "support", "verb": "disable", "action": "ACT-001", "expires_s": "60"}
HOSTILE = [";id", "$(id)", "`id`", "--all", "-x", "../../x", "a\nb", "a b", "a/b", "", ".hidden", "a\0b", "é", "a" * 65]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_plain_name_is_refused(value: str) -> None:
    with pytest.raises(AdapterFailed, match=r"is no plain name.*nothing was started"):
        named("bot", value)


@given(st.text(max_size=70))
def test_a_name_that_is_taken_is_harmless_in_every_place(value: str) -> None:
    try:
        assert named("bot", value) == value
    except AdapterFailed:
        return
    assert value.isascii()
    assert value[0].isalnum()
    assert not set(value) & set("/ \n\t;$`'\"\\&|<>*?(){}[]!#~%=,@+:^\0")


def test_placeholders_are_filled_as_whole_arguments_and_inside_them() -> None:
    argv = ["/bin/{bot}", "{bot}", "--ttl={expires_s}", "{action}:{verb}", '{"a": 1}', "{other}"]
    assert filled(argv, VALUES) == ["/bin/{bot}", "support", "--ttl=60", "ACT-001:disable", '{"a": 1}', "{other}"]


def test_what_a_value_looks_like_is_not_filled_in_again() -> None:
    assert filled(["/p", "{bot}"], {**VALUES, "bot": "{verb}"}) == ["/p", "{verb}"]


def test_a_value_that_would_make_an_option_is_refused() -> None:
    with pytest.raises(AdapterFailed, match="would become the option --all"):
        filled(["/p", "{bot}"], {**VALUES, "bot": "--all"})
    assert filled(["/p", "-{bot}"], VALUES) == ["/p", "-support"]


def test_seconds_are_whole_and_none_is_zero() -> None:
    assert [seconds(value) for value in (None, 0.2, 60.0, 1e6)] == ["0", "1", "60", "1000000"]


def test_an_argument_list_is_shown_so_that_each_end_is_seen() -> None:
    assert shown(["/p", "a b", "c\x1b"]) == '["/p", "a b", "c\\u001b"]'


def test_a_program_is_known_by_its_content(tmp_path: Path) -> None:
    path = Path(program(tmp_path, "tool", "print()"))
    assert examined(str(path)) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_program_that_strangers_could_have_put_there_is_refused(tmp_path: Path) -> None:
    path = Path(program(tmp_path, "tool", "print()"))
    link = tmp_path / "link"
    link.symlink_to(path)
    folder = tmp_path / "open"
    folder.mkdir()
    inside = program(folder, "tool", "print()")
    folder.chmod(0o777)
    plain = tmp_path / "plain"
    plain.write_text("x")
    for wrong, why in [
        (str(link), f"is a symbolic link; name the program itself: {path}"),
        (inside, f"everybody may write {folder}"),
        (str(tmp_path), "is not a regular file"),
        (str(tmp_path / "absent"), "cannot be read: No such file"),
        ("tool", "is not an absolute path"),
        (str(plain), "may not be executed"),
        ("/tool\0", "null"),
    ]:
        with pytest.raises((AdapterFailed, ValueError), match=why):
            examined(wrong)
    path.chmod(0o757)
    with pytest.raises(AdapterFailed, match=f"chmod o-w {path}"):
        examined(str(path))


def test_a_sticky_folder_that_everybody_writes_is_fine(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert examined(program(tmp_path, "tool", "print()"))
