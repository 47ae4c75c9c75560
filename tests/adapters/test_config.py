"""The config file of a room."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from warroom.adapters.config import ConfigError, ConfigFault, load_config
from warroom.adapters.contain.build import ADAPTERS
from warroom.core import settings as shapes
from warroom.core import settings_contain, settings_notify
from warroom.core.model import Verb
from warroom.core.settings import AccessSettings, ContainedWhen, Settings

DOCS = Path(__file__).parents[2] / "docs" / "config.md"
SMALL = '[bots.support]\nlog = "a.log"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "warroom.toml"


def faults(path: Path, text: str) -> list[str]:
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert str(caught.value) == "\n".join(str(fault) for fault in caught.value.faults)
    return [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults]


def test_the_documented_example_is_valid(config: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(), re.S)
    assert example
    config.write_text(example[1])
    bot = load_config(config).bots["support"]
    assert bot.probe
    assert bot.contain.control
    assert bot.contain.process
    assert bot.probe.verbs[Verb.LIMIT].contained_when == ContainedWhen(status=[403])
    assert bot.contain.control.key_file == str(config.parent / "support.key")


def test_every_key_is_documented_and_every_documented_key_exists() -> None:
    structs = [one for one in vars(shapes).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    elsewhere = {AccessSettings: "access.md"}
    own_tests = {settings_contain.__name__, settings_notify.__name__}
    mine = [one for one in structs if one.__module__ not in own_tests and one not in elsewhere]
    keys = {field.name for one in mine for field in msgspec.structs.fields(one)}
    assert set(re.findall(r"^\| `(\w+)` \|", DOCS.read_text(), re.M)) == keys
    for one, page in elsewhere.items():
        text = (DOCS.parent / page).read_text()
        assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == {field.name for field in msgspec.structs.fields(one)}


@pytest.mark.parametrize("kind", ADAPTERS)
def test_an_adapters_page_has_its_keys_and_what_people_ask_of_it(kind: str) -> None:
    page = DOCS.parent / "adapters" / f"{kind}.md"
    text = page.read_text()
    shape = next(field.type for field in msgspec.structs.fields(settings_contain.ContainSettings) if field.name == kind)
    real = {field.name for field in msgspec.structs.fields(get_args(shape)[0])}
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.M)) == real
    rows = {"verbs", "needs", "permissions", "users see", "undone by", "expiry", "does not prove itself by"}
    assert set(re.findall(r"^\| ([a-z ]+) \| \S", text, re.M)) >= rows
    assert f"[`{kind}`](adapters/{kind}.md)" in DOCS.read_text()
    assert "```toml" in text


def test_documented_defaults_are_the_real_ones() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", DOCS.read_text().split("## `[detect]`")[1], re.M)
    real = {field.name: field.default for field in msgspec.structs.fields(shapes.DetectSettings)}
    assert {name: msgspec.json.decode(default) for name, default in rows} == real


def test_an_empty_file_is_a_room_without_bots(config: Path) -> None:
    config.write_text("")
    assert load_config(config) == Settings()


def test_relative_paths_count_from_the_file_not_from_where_one_stands(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    monkeypatch.setenv("HOME", "/home/kim")
    config.write_text(
        'playbooks = "books"\n[bots.support]\nlog = ["logs/*.log", "/var/log/a.log", "~/b.log"]\nhistory = "old.log"\n'
    )
    settings = load_config(config)
    folder = config.parent
    assert settings.playbooks == [f"{folder}/books"]
    assert settings.bots["support"].log == [f"{folder}/logs/*.log", "/var/log/a.log", "/home/kim/b.log"]
    assert settings.bots["support"].history == [f"{folder}/old.log"]


def test_a_folder_with_glob_characters_in_its_name_is_not_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]"
    folder.mkdir()
    (folder / "warroom.toml").write_text('[bots.support]\nlog = ["*.log", "plain.log"]\n')
    log = load_config(folder / "warroom.toml").bots["support"].log
    assert log == [f"{tmp_path}/a[[]1]/*.log", f"{folder}/plain.log"]


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_name(config: Path) -> None:
    text = '# bots\n\n[bots.support]\nlog = "a"\nhistroy = "b"\n\n[detct]\nx = 1\n'
    assert faults(config, text) == [
        "5: bots.support.histroy: is not known (did you mean history?)",
        "7: detct: is not known (did you mean detect?)",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[bots.a]\n", "1: bots.a: key log is missing"),
        ("[bots.a]\nlog = []\n", "2: bots.a.log: names no log"),
        ("[bots.a]\nlog = 5\n", "2: bots.a.log: must be text or a list of texts, not the number 5"),
        ("[bots.a]\nlog = ['x',\n 5]\n", "2: bots.a.log: must be text, not the number 5"),
        ("bots = 1\n", "1: bots: must be a table of keys, not the number 1"),
        ('bots."a.b".log = 1\n', '1: bots."a.b".log: must be text or a list of texts, not the number 1'),
        (SMALL + "[detect]\nrules = 1\n", "4: detect.rules: must be true or false, not the number 1"),
        (SMALL + "[detect]\nwindow_s = true\n", "4: detect.window_s: must be a number, not true"),
        (SMALL + "[detect]\nwindow_s = nan\n", "4: detect.window_s: must be more than 0, not nan"),
        (SMALL + "[detect]\nhop_s = 90\n", "4: detect.hop_s: must not be longer than window_s (60)"),
        (
            SMALL + "probe = {url = 'ftp://x', samples = 0}\n",
            "3: bots.support.probe.url: ftp://x is no address such as http://127.0.0.1:8080/chat",
        ),
        (
            SMALL + "[bots.support.probe]\nurl='http://h/'\n[bots.support.probe.verbs.disabel]\n",
            "5: bots.support.probe.verbs.disabel: disabel is not known (did you mean disable?)",
        ),
        (
            SMALL + "[bots.support.probe]\nurl='http://h/'\nopen_status = [200, 503]\n",
            "3: bots.support.probe.contained_when.status: 503 cannot prove both that it works and that it is contained",
        ),
        (
            SMALL + "[bots.support.contain.process]\npidfile = 'p'\n",
            "3: bots.support.contain: needs a probe beside it: without a look from outside nothing proves that the bot "
            "is contained",
        ),
        ('[bots."a\\u001bb"]\nlog = "a"\n', '1: bots."a␛b": a bot\'s name has 1 to 64 visible characters'),
    ],
)
def test_each_fault_says_where_and_what(config: Path, text: str, fault: str) -> None:
    assert fault in faults(config, text)


def test_a_path_that_no_file_can_have_is_named_with_its_line(config: Path) -> None:
    text = f'playbooks = ["~\\u0000/p"]\n{SMALL}evidence = ["good", "a\\u0000b"]\n'
    assert faults(config, text) == [
        "1: playbooks: holds a NUL or another control character",
        "4: bots.support.evidence: holds a NUL or another control character",
    ]
    assert faults(config, f'playbooks = ["~nobody-of-this-host/p"]\n{SMALL}') == [
        "1: playbooks: begins with the home of an account that this host does not know"
    ]


def test_a_syntax_error_has_its_line(config: Path) -> None:
    (fault,) = faults(config, "a = 1\nb = = 2\n")
    assert fault.startswith("2: not TOML: ")
    (fault,) = faults(config, "a = 1\nb = [1,\n")
    assert fault.startswith("2: not TOML: ")


def test_a_line_is_found_behind_values_of_many_lines(config: Path) -> None:
    text = '[bots.a]\nlog = [\n  "x", # [detect]\n  "y",\n]\nplaybook = """\nrules = 1\n"""\n[detect]\nrules = 1\n'
    assert faults(config, text) == ["10: detect.rules: must be true or false, not the number 1"]


def test_a_file_that_cannot_be_used_at_all_says_so(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"a = 1\nb = '\xe9'\n")
    for path, words in [(tmp_path / "absent", "cannot be read: No such file"), (latin, ":2: is not UTF-8 text")]:
        with pytest.raises(ConfigError, match=words):
            load_config(path)


def _faults(path: Path) -> list[ConfigFault]:
    try:
        load_config(path)
    except ConfigError as error:
        return error.faults
    return []


def test_whatever_stands_at_a_key_the_answer_is_settings_or_faults(config: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", DOCS.read_text(), re.S)
    assert example
    rows = example[1].splitlines()
    tried, unnamed = 0, list[ConfigFault]()
    for number, row in enumerate(rows):
        name, sign, _ = row.partition(" = ")
        if not sign:
            continue
        for value in ("5", "-1.5", "true", '"x"', "[]", "[[1]]", "{}", "{a = 1}", "2026-11-22"):
            config.write_text("\n".join([*rows[:number], f"{name} = {value}", *rows[number + 1 :]]))
            tried += 1
            unnamed += [fault for fault in _faults(config) if not fault.key]
    assert tried > 100
    assert unnamed == []
