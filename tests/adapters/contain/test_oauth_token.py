"""Tokens in files, headers and forms, and what stands for them where people read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.adapters.contain.oauth_token import bearer, digest_of, read_token, token_form
from warroom.core.ports import AdapterFailed


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "token"
    path.touch()
    path.chmod(mode)
    path.write_bytes(content)
    return path


def test_a_token_is_one_word_and_the_end_of_its_line_is_not_part_of_it(tmp_path: Path) -> None:
    assert read_token(written(tmp_path, b"mF_9.B5f-4.1JqM~+/==\n")) == "mF_9.B5f-4.1JqM~+/=="


@pytest.mark.parametrize("content", [b"", b"two words", b"a\r\nx-forged: 1", b"\xc3\xa9", b"a\x00b", b"a=b", b'"a"'])
def test_what_is_no_token_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(AdapterFailed) as failure:
        read_token(written(tmp_path, content))
    assert "forged" not in str(failure.value)
    assert "token" in str(failure.value)


def test_a_token_that_others_may_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdapterFailed, match="chmod 600"):
        read_token(written(tmp_path, b"token", 0o640))


def test_the_header_is_that_of_rfc_6750() -> None:
    assert bearer("abc")["authorization"] == "Bearer abc"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_form_gives_back_the_token_whatever_is_in_it(token: str) -> None:
    read = parse_qs(token_form(token).decode(), keep_blank_values=True)
    assert read == {"token": [token], "token_type_hint": ["access_token"]}


def test_a_token_shows_as_the_beginning_of_its_sha256() -> None:
    assert digest_of("abc") == f"sha256:{hashlib.sha256(b'abc').hexdigest()[:12]}"
