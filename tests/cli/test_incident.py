"""Leading an incident from the command line, in a room whose journal holds an earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import Here, _enter
from tests.cli.example_room import write_example_room
from tests.stories.shell import Shell
from warroom.adapters.playbook_files import bundled_dir, load_playbook


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with the live room `shop`: INC-001 is closed in it and the alarm AL-77c0de not acknowledged."""
    shell = Shell(tmp_path_factory.mktemp("led"))
    write_example_room(shell)
    shell.start_engine("shop", "--bot", "support=bot.log")
    yield shell
    shell.end()


@pytest.fixture
def verb(led: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    _enter(led, monkeypatch)
    return Here(led, capsys)


def opened(verb: Here, *words: str, title: str = "It leaks") -> str:
    code, out, err = verb("incident", "open", "--bot", "support", "--title", title, *words)
    assert (code, err) == (0, "")
    assert out.startswith("INC-")
    return out.removesuffix("\n")


def shown(verb: Here, name: str) -> dict[str, Any]:
    code, out, err = verb("incident", "show", name)
    assert (code, err, out.count("\n")) == (0, "", 1)
    told: dict[str, Any] = json.loads(out)
    return told


def test_an_opened_incident_takes_what_its_playbook_says(verb: Here) -> None:
    playbook = load_playbook(bundled_dir() / "unknown-bot-incident.yaml").playbook
    assert playbook is not None
    told = shown(verb, opened(verb, title="x\x1b[2J\nINC-999"))
    assert (told["playbook"], told["severity"], told["state"]) == (playbook.id, playbook.severity.value, "open")
    assert [step["id"] for step in told["steps"]] == [step.id for step in playbook.steps]
    assert told["title"] == "x␛[2J␊INC-999"
    assert told["roles"]["incident_commander"], "whoever opens it has the command"
    told = shown(verb, opened(verb, "--playbook", "prompt-injection", "--severity", "SEV4"))
    assert (told["playbook"], told["severity"]) == ("prompt-injection", "SEV4")


def test_an_incident_takes_the_playbook_of_its_bots_config_unless_one_is_named(here: Here) -> None:
    (here.shell.folder / "room.toml").write_text('[bots.shop]\nlog = "s.log"\nplaybook = "prompt-injection"\n')
    here.shell.start_engine("configured", "--config", "room.toml", "--bot", "other=o.log")
    for words, playbook in (
        (["--bot", "shop"], "prompt-injection"),
        (["--bot", "other"], "unknown-bot-incident"),
        (["--bot", "shop", "--playbook", "unknown-bot-incident"], "unknown-bot-incident"),
    ):
        code, out, err = here("incident", "open", *words, "--title", "t")
        assert (code, err) == (0, "")
        assert shown(here, out.strip())["playbook"] == playbook
    assert here("incident", "open", "--bot", "shop", "--playbook", "", "--title", "t")[0] == 3


def test_each_task_prints_the_number_of_its_act_and_changes_the_incident(verb: Here) -> None:
    name = opened(verb)
    numbers: list[int] = []

    def do(task: str, *words: str) -> None:
        code, out, err = verb("incident", task, name, *words)
        assert (code, err) == (0, ""), (task, words)
        numbers.append(int(out.removeprefix("saved as #")))

    me = shown(verb, name)["roles"]["incident_commander"]
    do("severity", "SEV1")
    do("severity", "SEV3", "--reason", "no data left the room")
    do("phase", "containment")
    do("role", "scribe")
    do("role", "ops_lead", "lee")
    do("note", "seen in three sessions\x1b[2J")
    do("decide", "disable it", "--reason", "data is in reach")
    do("mark", "started", "--at", "2026-11-22T22:07:47+01:00")
    do("tick", "det-1", "--note", "three sessions")
    do("tick", "det-2")
    do("untick", "det-2", "--reason", "too early")
    do("skip", "det-3", "--reason", "no such tool")
    do("handover", "lee", "--note", "end of shift")
    told = shown(verb, name)
    assert (told["severity"], told["phase"], told["state"]) == ("SEV3", "containment", "open")
    assert told["moments"]["started"] == "2026-11-22T21:07:47.000Z"
    assert (told["roles"]["scribe"], told["roles"]["ops_lead"], told["roles"]["incident_commander"]) == (
        me,
        "lee",
        "lee",
    )
    steps = {step["id"]: (step["state"], step["reason"]) for step in told["steps"]}
    assert (steps["det-1"], steps["det-3"]) == (("done", "three sessions"), ("skipped", "no such tool"))
    assert steps["det-2"][0] == "todo"
    do("close", "--reason", "the way in is closed")
    assert shown(verb, name)["state"] == "closed"
    do("note", "what was learnt")
    assert numbers == sorted(set(numbers))
    assert verb("verify", "shop")[0] == 0


def test_an_alarm_is_acknowledged_once(verb: Here) -> None:
    assert verb("incident", "ack", "AL-77c0de")[0] == 0
    rows = [json.loads(line) for line in verb("alarms", "--json")[1].splitlines()]
    assert rows[1]["acknowledged"]
    code, out, err = verb("incident", "ack", "AL-77c0de")
    assert (code, out) == (4, "")
    assert "was acknowledged by" in err


BAD_TIMES = ["yesterday", "2026-11-22T21:07:47", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", ""]
OPEN = ["open", "--bot", "support", "--title"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["severity", "@", "SEV4"], 4, "needs a reason"),
        (["severity", "@", "SEV2"], 4, "already"),
        (["phase", "@", "detection"], 4, "already"),
        (["untick", "@", "det-1", "--reason", "x"], 4, "not ticked"),
        (["skip", "@", "det-1", "--reason", " "], 4, "needs words"),
        (["tick", "@", "nope\x1b[2J"], 4, "has no step nope␛[2J\n  steps: pre-1, pre-2, det-1, "),
        (["note", "@", "\n"], 4, "needs words"),
        (["note", "@", "x" * 5000], 4, "5000"),
        (["mark", "@", "a b"], 4, "started or aware"),
        (["close", "@", "--reason", ""], 4, "needs words"),
        (["tick", "INC-001", "det-3"], 4, "INC-001 is closed"),
        ([*OPEN, "x", "--alarm", "AL-4f2a91"], 4, "belongs to INC-001"),
        ([*OPEN, ""], 4, "needs words"),
        (["show", "INC-999\x1b[2J"], 3, "warroom incidents"),
        (["note", "INC-999", "x"], 3, "incidents: INC-001"),
        (["ack", "AL-999"], 3, "AL-999"),
        (["open", "--bot", "nobody", "--title", "x"], 3, "bots: support"),
        ([*OPEN, "x", "--playbook", "no"], 3, "playbooks: prompt-injection"),
        (["open", "--bot", "support"], 2, "--title"),
        (["close", "@"], 2, "--reason"),
        (["severity", "@", "SEV0"], 2, "SEV0"),
        (["phase", "@", "panic"], 2, "panic"),
        (["role", "@", "king"], 2, "king"),
        (["note", "@", "caf\udce9"], 2, "no UTF-8"),
        ([], 2, "TASK"),
        *[(["mark", "@", "started", "--at", at], 2, "RFC 3339") for at in BAD_TIMES],
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_what_cannot_be_done_says_why_and_changes_nothing(verb: Here, words: list[str], code: int, told: str) -> None:
    name = opened(verb)
    before = shown(verb, name)
    got, out, err = verb("incident", *(name if word == "@" else word for word in words))
    assert (got, out) == (code, ""), err
    assert told in err
    assert "\x1b" not in err
    assert shown(verb, name) == before, "and the engine goes on"


def test_without_an_engine_an_incident_is_shown_and_not_changed(here: Here) -> None:
    paths = write_example_room(here.shell)
    before = paths.journal.read_bytes()
    told = json.loads(here("incident", "show", "INC-001", "--room", "shop")[1])
    assert (told["id"], told["state"], told["title"].isprintable()) == ("INC-001", "closed", True)
    code, out, err = here("incident", "note", "INC-001", "x", "--room", "shop")
    assert (code, out) == (3, "")
    assert "warroom watch --room shop" in err
    assert paths.journal.read_bytes() == before
