"""The pages say what the program does: every verb and option is there, links lead somewhere, examples run."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, name_of
from warroom import __version__
from warroom.adapters.config import load_config
from warroom.cli import exits
from warroom.cli.main import VERBS, build_parser

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, kind: str) -> list[str]:
    """Return the fenced blocks of a kind."""
    return [found["text"] for found in _FENCE.finditer(page.read_text(encoding="utf-8")) if found["kind"] == kind]


def parsers_below(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield the tasks of a verb with their parsers."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def verb_parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each verb."""
    return dict(parsers_below(build_parser()))


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    """Return the options of a parser and of its tasks, without those for help."""
    own = {word for action in parser._actions for word in action.option_strings} - {"-h", "--help"}
    return own.union(*(options_of(below) for _, below in parsers_below(parser)))


def section_of(verb: str) -> str:
    """Return what the page says under a verb's heading."""
    parts = re.split(r"^### ", CLI, flags=re.MULTILINE)
    found = [part.split("\n## ")[0] for part in parts[1:] if re.search(rf"`warroom {verb}[ `]", part.splitlines()[0])]
    assert len(found) == 1, f"docs/cli.md wants one heading for `warroom {verb}`"
    return found[0]


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_a_verb_is_described_with_all_its_options_and_tasks(verb: str) -> None:
    section, parser = section_of(verb), verb_parsers()[verb]
    assert "```sh" in section, "each verb has an example"
    section = _FENCE.sub("", section)
    missing = {word for word in options_of(parser) if not re.search(rf"(?<![\w-]){word}(?![\w-])", section)}
    assert not missing
    assert not [task for task, _ in parsers_below(parser) if f"`{task}" not in section and f" {task}" not in section]


def test_the_page_describes_no_verb_that_does_not_exist() -> None:
    told = set(re.findall(r"warroom ([a-z][a-z-]+)", " ".join(re.findall(r"^### .*$", CLI, re.MULTILINE))))
    assert told == {verb.name for verb in VERBS}


def test_every_option_that_the_page_names_exists() -> None:
    known = set().union(*map(options_of, verb_parsers().values())) | {"--help"}
    assert set(re.findall(r"`(--[a-z-]+)", CLI)) <= known


def test_every_exit_code_is_described() -> None:
    codes = {value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", CLI, re.MULTILINE)} == codes


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=name_of)
def test_a_decision_is_one_page_with_its_four_parts(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Measured"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_a_page_lead_to_files_and_headings(page: Path) -> None:
    broken = []
    for found in _LINK.finditer(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        target, _, anchor = found["target"].partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in headings(file)):
            broken.append(found["target"])
    assert broken == []


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def runnable() -> list[tuple[str, str]]:
    """Return (page, example) of every block that says that it runs."""
    return [(name_of(page), text) for page in PAGES for text in blocks(page, "sh run")]


@pytest.mark.parametrize(("page", "example"), runnable(), ids=lambda value: value.splitlines()[-1][:40])
def test_an_example_runs(page: str, example: str, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WARROOM_", "XDG_"))}
    scripts = str(Path(sys.executable).parent)
    environment = {
        **kept,
        "PATH": f"{scripts}{os.pathsep}{kept.get('PATH', '')}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    done = subprocess.run(
        ["sh", "-eu", "-c", example], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, f"{page}: {done.stderr}"
    assert done.stderr == ""


def test_there_are_examples_that_run() -> None:
    assert len(runnable()) >= 4


@pytest.mark.parametrize("page", ["README.md", "docs/config.md"])
def test_the_configs_that_pages_show_are_right(page: str, tmp_path: Path) -> None:
    shown = blocks(ROOT / page, "toml")
    assert shown
    key = tmp_path / "support.key"
    key.write_text("0123456789abcdef" * 4)
    key.chmod(0o600)
    for number, text in enumerate(shown):
        file = tmp_path / f"{number}.toml"
        file.write_text(text)
        assert set(load_config(file).bots) == set(tomllib.loads(text)["bots"])


def test_every_benchmark_is_described() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "benchmarks" / "README.md").read_text(), re.MULTILINE))
    programs = {f.stem for f in (ROOT / "benchmarks").glob("*.py") if '__name__ == "__main__"' in f.read_text()}
    assert told == programs


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_licence_and_notice_are_whole() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert {"MITRE ATLAS", "OWASP"} <= set(re.findall(r"MITRE ATLAS|OWASP", (ROOT / "NOTICE").read_text()))
