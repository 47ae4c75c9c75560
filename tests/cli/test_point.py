"""Pointing on the command line: everything that can be named, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.waiting import wait_until


def test_what_can_be_named_is_pointed_at_and_everybody_is_told_the_same_words(shell: Shell, here: Here) -> None:
    log: Path = shell.folder / "support.log"
    log.write_text("INFO:root:first\nERROR:root:the key leaks\n")
    shell.start_engine("pointing", str(log))
    room = ("--room", "pointing")
    wait_until(lambda: "leaks" in shell.run("lines", "--last", "1", *room).stdout)
    assert (
        here("incident", "open", "--bot", "support", "--playbook", "prompt-injection", "--title", "leak", *room)[0] == 0
    )
    step = json.loads(here("incident", "show", "INC-001", *room)[1])["steps"][0]
    assert here("point", "support", *room) == (0, "the bot support\n", "")
    assert here("point", "INC-001", *room)[1] == "INC-001: leak\n"
    assert here("point", f"INC-001/{step['id']}", *room)[1] == f"step 1: {step['title']}\n"
    link = json.loads(here("lines", "--last", "1", "--json", *room)[1])["permalink"]
    assert "the key leaks" in here("point", link, *room)[1]
    assert here("point", "--off", *room)[:2] == (0, "nobody is pointed at anything now\n")
    for nothing in ("nobody", "INC-9", "INC-001/none", "/etc/passwd#g0@0", link.replace("#g0", "#g7")):
        code, out, err = here("point", nothing, *room)
        assert (code, out) == (3, ""), nothing
        assert err
    assert here("point", *room)[0] == 2
    assert here("point", "support", "--off", *room)[0] == 2
    assert here("point", "support", "--room", "elsewhere")[0] == 3
