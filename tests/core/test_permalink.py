"""A permalink reads back as it was written, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.permalink import NoPermalink, Permalink, permalink_of, permalink_text, source_text


@given(
    st.text(min_size=1, max_size=60).map(lambda text: source_text(text).strip()).filter(bool),
    st.integers(-50, 10**6),
    st.integers(0, 10**15),
    st.integers(0, 10**6),
    st.sampled_from(["", "9f" * 32, "0123456789ab"]),
)
def test_a_permalink_reads_back(source: str, generation: int, offset: int, length: int, digest: str) -> None:
    link = Permalink(source, generation, offset, length, digest)
    assert permalink_of(permalink_text(link)) == link


def test_a_log_whose_name_looks_like_a_permalink_is_told_apart() -> None:
    link = permalink_of("/var/log/odd#g1@2.log#g0@4242+87")
    assert (link.source, link.generation, link.offset, link.length) == ("/var/log/odd#g1@2.log", 0, 4242, 87)


@pytest.mark.parametrize(
    "text", ["", "/var/log/bot.log", "#g0@1", "x#g0@", "x#g0@1:short", "x#g0@1:" + "g" * 64, "x#g0@1+", "x#g٣@1"]
)
def test_what_names_no_line_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NoPermalink, match="one looks like"):
        permalink_of(text)
