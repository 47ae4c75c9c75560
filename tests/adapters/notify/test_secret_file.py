"""Secrets: read from private files, shown nowhere."""

from __future__ import annotations

import os
import traceback

import pytest

from tests.adapters.notify.conftest import SecretFile
from warroom.adapters.notify.secret_file import Secret, SecretUnreadable, checked_file, read_secret, without
from warroom.core.ports import Checked


async def test_a_secret_does_not_show_itself(secret_file: SecretFile) -> None:
    secret = await read_secret(secret_file("key", b"  planted\n"))
    assert secret.raw == b"planted"
    assert secret.text == "planted"
    assert "planted" not in f"{secret} {secret!r} {[secret]}"
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (b"planted", 0o640, "others may read"),
        (b"planted", 0o604, "others may read"),
        (b"  \n", 0o600, "holds no key"),
        (b"planted" * 1000, 0o600, "holds no key"),
    ],
)
async def test_a_file_that_cannot_be_used_is_named_and_not_quoted(
    secret_file: SecretFile, content: bytes, mode: int, words: str
) -> None:
    path = secret_file("key", content, mode)
    with pytest.raises(SecretUnreadable, match=words) as caught:
        await read_secret(path)
    assert path in str(caught.value)
    assert "planted" not in "".join(traceback.format_exception(caught.value))
    check = await checked_file("key file", path)
    assert check.state is Checked.FAILED
    assert words in check.text


async def test_a_name_that_no_file_can_have_is_said() -> None:
    with pytest.raises(SecretUnreadable, match="no file can have the name a␀b"):
        await read_secret("a\0b")


async def test_a_pipe_in_its_place_does_not_hold_up(secret_file: SecretFile) -> None:
    path = secret_file("gone", b"")
    os.unlink(path)
    os.mkfifo(path, 0o600)
    with pytest.raises(SecretUnreadable):
        await read_secret(path)


async def test_text_of_more_than_one_line_is_no_text(secret_file: SecretFile) -> None:
    for content in (b"one\ntwo", b"one\x00two", "ü".encode()):
        secret = await read_secret(secret_file("key", content))
        with pytest.raises(SecretUnreadable, match="one line"):
            _ = secret.text


def test_what_others_say_is_masked_then_cleaned_then_cut() -> None:
    secret = Secret(b"planted")
    assert without(b"a planted\x1b \xff", [secret]) == "a •••␛ \ufffd"
    assert without("x" * 195 + "planted", [secret]).startswith("x" * 195 + "•••")
    assert without("nothing", [Secret(b""), ""]) == "nothing"
