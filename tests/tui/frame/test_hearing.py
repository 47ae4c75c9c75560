"""Reading keys from a real descriptor: replies are counted, rubbish ends nothing, a cut line is told."""

from __future__ import annotations

import itertools
import os
import threading
import time
from types import SimpleNamespace

import pytest
from textual import events
from textual.message import Message

from tests.waiting import wait_until
from warroom.tui.frame.hearing import Ear


class Heard:
    """An ear at the end of a pipe."""

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        self.messages: list[Message] = []
        self.answers = 0
        self.over = threading.Event()
        self.whole: list[bool] = []
        ear = Ear(self._reading, self.messages.append, self._count)
        self.thread = threading.Thread(target=lambda: self.whole.append(ear.listen(self.over)))
        self.thread.start()

    def _count(self) -> None:
        self.answers += 1

    @property
    def keys(self) -> list[str]:
        return [message.character or "" for message in self.messages if isinstance(message, events.Key)]


@pytest.mark.parametrize(
    ("sent", "keys", "answers"),
    [
        (b"a\x1b[24;80Rb", ["a", "b"], 1),
        (b"\x1b[24;80R\x1b[24;80R\x1b[?62;22cq", ["q"], 2),
        (b"\xff\xfeq", ["q"], 0),
        (b"\xe6\x97\xa5\x1b", ["日", "\x1b"], 0),
        (b"\x1b[24;9\x1b[24;9Rx", ["x"], 1),
        (b"\x1b3", ["\x1b", "3"], 0),
        (b"\x1b[200~name\xc2\x9b201~\r\r\r\x1b[201~q", ["q"], 0),
        (b"\x1b[200~name\x9b201~\r\r\r\x1b[201~q", ["q"], 0),
    ],
)
def test_keys_come_through_and_replies_are_counted(sent: bytes, keys: list[str], answers: int) -> None:
    heard = Heard()
    os.write(heard.writing, sent)
    wait_until(lambda: len(heard.keys) == len(keys))
    heard.over.set()
    heard.thread.join(60)
    assert heard.keys == keys
    assert heard.answers == answers
    assert heard.whole == [True]
    os.close(heard.writing)


def test_whoever_is_held_up_takes_half_a_reply_for_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Heard] = []
    begun, asked = time.monotonic(), itertools.count(1)

    def now() -> float:
        # Asked for the first time it is quiet; then an escape is read; then its rest comes while the reader stands.
        count = next(asked)
        wait_until(lambda: heard)
        os.write(heard[0].writing, {1: b"\x1b", 3: b"[24;80R"}.get(count, b""))
        return begun + (30.0 if count >= 3 else 0.0)

    monkeypatch.setattr("warroom.tui.frame.hearing.time", SimpleNamespace(monotonic=now))
    heard.append(Heard())
    wait_until(lambda: heard[0].answers or heard[0].keys)
    heard[0].over.set()
    heard[0].thread.join()
    assert (heard[0].keys, heard[0].answers) == ([], 1)
    os.close(heard[0].writing)


def test_a_line_that_is_cut_is_told() -> None:
    heard = Heard()
    os.close(heard.writing)
    heard.thread.join(60)
    assert heard.whole == [False]
