"""The `warroom` command: verbs, exit codes, and how it ends when nobody listens any more."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import types
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from warroom.cli.main import VERBS, build_parser


def test_an_unknown_verb_is_wrong_usage_and_names_the_verbs(here: Here) -> None:
    code, out, err = here("contian")
    assert (code, out) == (2, "")
    assert "contian" in err
    assert "watch" in err


@pytest.mark.parametrize("words", [[], ["--as", "kim"]])
def test_no_verb_is_wrong_usage_and_leads_to_the_help(
    here: Here, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The verb leaves the name in the environment, which is that of this process here.
    monkeypatch.setenv("WARROOM_OPERATOR", "")
    code, out, err = here(*words)
    assert (code, out) == (2, "")
    assert "warroom --help" in err
    assert "warroom watch bot.log" in err


def test_the_help_ends_with_where_to_begin_a_line_each(here: Here) -> None:
    told = here("--help")[1].splitlines()[-2:]
    assert [row.split(":")[0] for row in told] == ["Start with", "Rehearse with"]


def arguments(parser: argparse.ArgumentParser, path: str = "warroom") -> Iterator[tuple[str, argparse.Action]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from arguments(below, f"{path} {name}")
        else:
            yield f"{path} {'/'.join(action.option_strings) or action.dest}", action


def test_no_argument_of_any_verb_is_without_a_word_of_help() -> None:
    every = list(arguments(build_parser()))
    assert len(every) > 200
    assert [where for where, action in every if not (action.help or "").strip()] == []


def test_the_help_of_contain_names_the_verbs(here: Here) -> None:
    told = " ".join(here("contain", "--help")[1].split())
    assert "mild to hard: snapshot, limit, disable, revoke, isolate, freeze, stop" in told


def test_help_and_version_are_data(here: Here) -> None:
    code, out, err = here("--help")
    assert (code, err) == (0, "")
    assert [verb.name for verb in VERBS if verb.name not in out] == []
    assert here("--version")[1].startswith("warroom ")


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_each_verb_has_help_and_refuses_an_unknown_option_with_2(here: Here, verb: str) -> None:
    code, out, _ = here(verb, "--help")
    assert code == 0
    assert f"warroom {verb}" in out
    assert here(verb, "--no-such-option")[0] == 2


def test_with_one_verb_named_only_its_module_is_asked_for_options() -> None:
    parser = build_parser("verify")
    assert parser.parse_args(["verify", "x"]).room == "x"
    with pytest.raises(SystemExit):
        parser.parse_args(["tail", "a.log"])


def a_verb_that(raises: BaseException) -> types.ModuleType:
    module = types.ModuleType("warroom.cli.completion")

    def run(args: argparse.Namespace) -> int:
        raise raises

    module.__dict__.update(configure=lambda parser: None, run=run)
    return module


def test_a_bug_is_one_line_a_place_and_70(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warroom.cli.completion", a_verb_that(KeyError("surprise")))
    code, out, err = here("completion")
    assert (code, out) == (70, "")
    assert err.splitlines()[0] == "warroom: a bug: KeyError: 'surprise'"
    assert f"{__file__}:" in err
    assert "Traceback" not in err


def test_an_interrupt_is_130_and_quiet(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warroom.cli.completion", a_verb_that(KeyboardInterrupt()))
    assert here("completion") == (130, "", "")


def test_ctrl_c_while_a_log_is_followed_is_130_and_quiet(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:hello\n")
    words = [sys.executable, "-m", "warroom", "tail", "bot.log", "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=shell.environment, cwd=shell.folder, stdout=pipe, stderr=pipe) as running:
        assert running.stdout is not None
        assert b"hello" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")


LOUD = ("tail", "bot.log", "--json", "--no-follow")


@pytest.mark.parametrize("words", [LOUD, ("playbook", "list"), ("--help",)], ids=" ".join)
def test_a_reader_that_has_left_is_no_error(shell: Shell, words: tuple[str, ...]) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:hello\n" * 3000)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "warroom", *words]
    shell.environment.pop("PYTHONUNBUFFERED", None)
    try:
        done = subprocess.run(
            command, env=shell.environment, cwd=shell.folder, stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_output_piped_into_head_gives_its_first_line_and_no_noise(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:hello\n" * 3000)
    shell.environment.pop("PYTHONUNBUFFERED", None)
    line = f"{sys.executable} -m warroom tail bot.log --json --no-follow | head -1"
    done = subprocess.run(line, shell=True, env=shell.environment, cwd=shell.folder, capture_output=True, check=False)
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""
