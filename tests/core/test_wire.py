"""Every message survives the wire, and what does not decode is denied under its own id."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.story import Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core import queries as q
from warroom.core import wire
from warroom.core.model import Verb


@pytest.mark.parametrize(
    "message",
    [
        wire.Hello(1, "0.1.0", "console", read_only=True),
        wire.Submit("a", c.Contain("support", Verb.DISABLE)),
        wire.Ask("b", q.PreviewPlan("support", Verb.FREEZE)),
        wire.Follow(),
    ],
)
def test_what_a_client_says_comes_back_equal(message: wire.FromClient) -> None:
    line = wire.encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert wire.from_client().decode(line) == message


def test_what_the_engine_says_comes_back_equal() -> None:
    story = Story()
    story.ask(c.OpenIncident("support", "prompt-injection", "line one\nline two"))
    for message in (
        wire.Answered("a", c.Ack(3, "INC-001")),
        wire.Answered("b", c.Refused("no", "do this")),
        wire.Told("c", q.PlanAnswer(plan(), plan().sha256)),
        wire.Told("d", q.HistoryAnswer(story.entries)),
        wire.Denied("e", "why"),
    ):
        assert wire.from_engine().decode(wire.encode(message)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_denied_never_an_error(line: bytes) -> None:
    assert isinstance(_taken(line), wire.FromClient | wire.Denied)


def _taken(line: bytes) -> wire.FromClient | wire.Denied:
    try:
        return wire.from_client().decode(line)
    except msgspec.DecodeError as error:
        return wire.refusal_of(error, line)


def test_a_denial_gives_the_id_back() -> None:
    assert wire.refusal_of("x", b'{"type":"Nothing","id":"mine"}').id == "mine"
    assert wire.refusal_of("x", b'{"id":7}').id == ""


def test_a_fact_with_a_proof_survives_the_journal() -> None:
    fact = f.ContainmentHeld("ACT-001", proof())
    assert msgspec.json.decode(msgspec.json.encode(fact), type=f.Fact) == fact
