"""The switches of a bot: said as arguments, read back as they were."""

from __future__ import annotations

import argparse

import pytest

from warroom.drill.refbot.options import Auth, Kept, Options, add_options, options_of

ALL = Options(
    port=8080,
    workers=3,
    state=Kept.SHARED,
    instance="b",
    auth=Auth.OAUTH,
    oauth_file="/o.json",
    limit="600 per minute",
    limit_store="redis://127.0.0.1:1/0",
    limit_key="k",
    flag_file="/f.json",
)


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(exit_on_error=False)
    add_options(made)
    return made


@pytest.mark.parametrize("options", [Options(), ALL, Options(workers=2)])
def test_options_come_back_as_they_were_said(options: Options, parser: argparse.ArgumentParser) -> None:
    assert options_of(parser.parse_args(options.words())) == options


def test_a_plain_bot_is_said_without_a_word_and_every_switch_by_one() -> None:
    assert Options().words() == []
    assert all(getattr(ALL, name) != getattr(Options(), name) for name in Options.__struct_fields__)
    assert len(ALL.words()) == 2 * len(Options.__struct_fields__)


@pytest.mark.parametrize("words", ["--workers 0", "--workers 99", "--state both", "--auth basic", "--instance ../b"])
def test_what_cannot_be_is_refused(words: str, parser: argparse.ArgumentParser) -> None:
    with pytest.raises(argparse.ArgumentError):
        parser.parse_args(words.split())


def test_only_a_further_instance_has_files_of_its_own() -> None:
    assert Options().named("bot.pid") == "bot.pid"
    assert Options(instance="b").named("bot.pid") == "bot-b.pid"
