"""The tools, in the bot and in a child process of their own."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import psutil
import pytest

from warroom.drill.refbot.toolbox import TOOLS, ChildToolbox, LocalToolbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "canary.txt").write_text("CANARY-1\n")
    return tmp_path


@pytest.mark.parametrize("tool", TOOLS)
def test_both_say_the_same(tool: str, folder: Path) -> None:
    child = ChildToolbox(folder)
    try:
        assert child.call(tool, "12345\n\u2028é") == LocalToolbox(folder).call(tool, "12345\n\u2028é")
    finally:
        child.close()


def test_only_the_configuration_holds_the_secret(folder: Path) -> None:
    tools = LocalToolbox(folder)
    assert [tool for tool in TOOLS if "CANARY-1" in tools.call(tool, "x")] == ["read_config"]


def test_mail_goes_to_the_outbox_and_no_further(folder: Path) -> None:
    LocalToolbox(folder).call("send_email", "drop@collector.example: key\n")
    sent = [json.loads(line) for line in (folder / "outbox.jsonl").read_text().splitlines()]
    assert sent == [{"to_and_text": "drop@collector.example: key\n"}]


def test_an_unknown_tool_says_so(folder: Path) -> None:
    assert LocalToolbox(folder).call("rm", "-rf /") == "There is no tool rm."


def test_calls_of_many_threads_get_their_own_answers(folder: Path) -> None:
    child = ChildToolbox(folder)
    wrong: list[str] = []

    def ask(number: int) -> None:
        for _ in range(20):
            answer = child.call("search_docs", str(number))
            if answer != f"See the help page about {number}.":
                wrong.append(answer)

    threads = [Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    child.close()
    assert wrong == []
    assert [p for p in psutil.Process().children() if "toolbox" in " ".join(p.cmdline())] == []


def test_a_child_that_died_is_said(folder: Path) -> None:
    child = ChildToolbox(folder)
    (running,) = [p for p in psutil.Process().children() if "toolbox" in " ".join(p.cmdline())]
    running.kill()
    with pytest.raises(OSError, match=r"toolbox ended|Broken pipe"):
        child.call("search_docs", "x")
    child.close()


def test_a_child_that_is_frozen_is_ended_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.drill.refbot.toolbox._END_S", 0.1)
    child = ChildToolbox(folder)
    (running,) = [p for p in psutil.Process().children() if "toolbox" in " ".join(p.cmdline())]
    running.suspend()
    child.close()
    assert not running.is_running()
