"""Output for scripts and for people."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from warroom.cli.printing import print_json, print_prose, print_table


def test_an_object_is_one_line_of_json_with_its_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": "x\ny é", "n": None})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"a": "x\ny é", "n": None}


def test_columns_are_aligned_under_their_heads(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("BOT", "N"), [("support", 1), ("x", 22)])
    assert capsys.readouterr().out.splitlines() == ["BOT      N", "support  1", "x        22"]


def test_a_table_without_rows_is_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("BOT", "WHY"), [])
    assert capsys.readouterr().out == "BOT  WHY\n"


def test_a_hostile_cell_forges_no_row_and_sends_no_escape(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("BOT", "WHY"), [("a", "x\nb  held\x1b[2J"), ("c", "y" * 5000)])
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 3
    assert "\x1b" not in out
    assert len(out.splitlines()[2]) < 400


PRINTED = """
from warroom.cli.printing import print_prose, print_table
print_table(("BOT", "WHY"), [("support", "it answers nobody although everybody was told that it would")])
print_prose("grades: P from 90 of 100, S from 70, M from 50, else U")
"""


def test_a_terminal_breaks_what_is_too_wide_between_words_and_below_itself(shell: Shell) -> None:
    with Terminal([sys.executable, "-c", PRINTED], (40, 10), dict(os.environ), shell.folder) as screen:
        screen.see("else U")
        assert [row.rstrip() for row in screen.text().splitlines() if row.strip()] == [
            "BOT      WHY",
            "support  it answers nobody although",
            "         everybody was told that it",
            "         would",
            "grades: P from 90 of 100, S from 70, M",
            "from 50, else U",
        ]


def test_elsewhere_each_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("BOT", "WHY"), [("a", "word " * 30)])
    print_prose("word " * 30)
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_json_stays_json_where_the_locale_knows_only_ascii(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:caf\u00e9 \U0001f600\n", encoding="utf-8")
    shell.environment["PYTHONIOENCODING"] = "ascii"
    rows = shell.rows("tail", "bot.log", "--json", "--no-follow")
    assert "caf\u00e9 \U0001f600" in rows[0]["message"]
    plain = shell.run("tail", "bot.log", "--no-follow")
    assert plain.returncode == 0, plain.stderr
    assert "caf" in plain.stdout
