"""A person's console settings from a file, with every fault and its line, and the page that describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from warroom.adapters.console_config import ConfigError, load_console
from warroom.core.settings_console import ConsoleSettings, Look, Zone
from warroom.tui.keymap import key_faults

PAGE = (Path(__file__).parents[2] / "docs" / "console.md").read_text()


def test_every_setting_is_described_and_every_described_one_exists() -> None:
    told = re.findall(r"^\| `(\w+)` \| (?:`--|\|)", PAGE, re.M)
    assert told == [field.name for field in msgspec.structs.fields(ConsoleSettings)]
    themes = PAGE.partition("## Themes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", themes, re.M) == [look.value for look in Look]


def test_the_example_of_the_page_is_right(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.S)
    assert example
    file = tmp_path / "console.toml"
    file.write_text(example[1])
    likes = load_console(file, key_faults)
    assert (likes.theme, likes.times, likes.mouse, likes.budget) == (Look.LIGHT, Zone.LOCAL, True, 6000)
    assert likes.keys == {"note": ["F5"], "contain": ["X", "F9"]}


def test_a_file_that_is_not_there_is_as_usual_unless_it_was_named(tmp_path: Path) -> None:
    nowhere = tmp_path / "console.toml"
    assert load_console(nowhere, key_faults, must_exist=False) == ConsoleSettings()
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_console(nowhere, key_faults)


def test_an_unreadable_file_is_told_even_where_none_must_be(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_console(tmp_path, key_faults, must_exist=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theme = "drak"', "1: theme: drak is not known (did you mean dark?)"),
        ('\ntimes = "cet"', "2: times: cet is not known; one of utc, local"),
        ("mous = true", "1: mous: is not known (did you mean mouse?)"),
        ("bell = 1", "1: bell: must be true or false, not the number 1"),
        ("budget = 3.5", "1: budget: must be a whole number, not the number 3.5"),
        ("budget = 20", "1: budget: must be at least 500 bytes a second, or 0 for no limit, not 20"),
        ("keys = 3", "1: keys: must be a table of keys, not the number 3"),
        ("[keys]\nnote = 5", "2: keys.note: must be text or a list of texts, not the number 5"),
        ("[keys]\n\nnote = [5]", "3: keys.note: must be text, not the number 5"),
        ("[keys]\nnote = 'x'", "2: keys.note: what the rules say"),
        ("theme =", "1: not TOML: Invalid value (at end of document)"),
    ],
)
def test_a_fault_is_told_with_its_line_and_what_is_right(tmp_path: Path, text: str, told: str) -> None:
    def rules(keys: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
        yield from ((action, "what the rules say") for action in keys)

    file = tmp_path / "console.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_console(file, rules)
    assert str(caught.value) == f"{file}:{told}"


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "console.toml"
    file.write_text('theme = "x"\nmouse = 1\n[keys]\nnote = 3\n')
    with pytest.raises(ConfigError) as caught:
        load_console(file, key_faults)
    assert [fault.line for fault in caught.value.faults] == [1, 2, 4]
