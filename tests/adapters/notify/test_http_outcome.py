"""How addresses are shown, and what is said of answers."""

from __future__ import annotations

import pytest

from warroom.adapters.contain.http_exchange import Answered, Break, Broken
from warroom.adapters.notify.http_outcome import host_of, outcome_of
from warroom.adapters.notify.secret_file import Secret
from warroom.core.notice_ports import Sending


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example.org", "https://hooks.example.org"),
        ("https://hooks.example.org/", "https://hooks.example.org"),
        ("https://hooks.example.org:8443/services/T0/B0/key", "https://hooks.example.org:8443/•••"),
        ("https://user:pass@hooks.example.org/?token=x", "https://hooks.example.org/•••"),
        ("http://[::1", "•••"),
    ],
)
def test_only_scheme_and_host_of_an_address_are_shown(url: str, shown: str) -> None:
    assert host_of(url) == shown


def test_what_a_receiver_says_back_is_masked_and_cut() -> None:
    secret = Secret(b"planted")
    sent = outcome_of(Answered(400, b"bad key planted\n" + b"x" * 5000), "https://h", [secret])
    assert sent.how is Sending.DEAD
    assert sent.text.startswith("https://h answers 400: bad key •••␊xxx")
    sent = outcome_of(Answered(404, b"no /services/T0/B0 here"), "https://h/services/T0/B0", [])
    assert sent.text == "https://h/••• answers 404: no /••• here"
    assert len(sent.text) < 300


@pytest.mark.parametrize("how", list(Break))
def test_every_way_to_break_is_tried_again(how: Break) -> None:
    assert outcome_of(Broken(how, "it broke"), "https://h", []).how is Sending.RETRY


def test_an_address_that_is_none_breaks_nothing() -> None:
    assert outcome_of(Broken(Break.NO_CONNECTION, "not an address"), "http://[::1", []).text == "•••: not an address"
