"""Playbook files: find them, read them, list the broken ones beside the good."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from warroom.adapters.plain_yaml import Document, Fault, YamlRefused, load_yaml
from warroom.core.model import Playbook
from warroom.core.playbook_rules import Rejected, read_playbook

_ENDINGS = (".yaml", ".yml")


class Loaded(msgspec.Struct, frozen=True):
    """One playbook file: its playbook, or every fault that keeps it from being one."""

    path: Path
    playbook: Playbook | None
    faults: list[Fault]
    """Empty when there is a playbook."""


def load_playbooks(dirs: Sequence[Path]) -> list[Loaded]:
    """Load each `*.yaml` and `*.yml` of the folders themselves (drills and rules lie in folders below), by name.

    A broken file or folder is listed with its faults and never keeps the others from loading. Of two playbooks with one
    id the first wins; the second is listed with E021.
    """
    loaded: list[Loaded] = []
    first_path: dict[str, Path] = {}
    for path in _files(dirs, loaded):
        one = load_playbook(path)
        if one.playbook is not None:
            first = first_path.setdefault(one.playbook.id, one.path)
            if first != one.path:
                text = f"playbook id {one.playbook.id} is taken by {first}; rename this file and its id"
                one = Loaded(one.path, None, [Fault(str(one.path), 1, 1, "E021", text)])
        loaded.append(one)
    return loaded


def load_playbook(path: Path) -> Loaded:
    """Load one playbook file; its faults are all listed at once, in the order of their lines."""
    try:
        document = load_yaml(path)
    except YamlRefused as refused:
        return Loaded(path, None, refused.faults)
    outcome = read_playbook(document.data, path.stem)
    if isinstance(outcome, Playbook):
        return Loaded(path, outcome, [])
    return Loaded(path, None, sorted(_faults(outcome, document, path), key=lambda fault: (fault.line, fault.column)))


def _faults(outcome: Rejected, document: Document, path: Path) -> Iterator[Fault]:
    for problem in outcome.problems:
        spot = document.spot(problem.at, on_key=problem.on_key)
        yield Fault(str(path), spot.line, spot.column, problem.code, problem.text)


def bundled_dir() -> Path:
    """Return the folder of the playbooks that come with warroom: the installed package's, else the repository's."""
    installed = Path(str(resources.files("warroom"))) / "playbooks"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "playbooks"


def _files(dirs: Sequence[Path], loaded: list[Loaded]) -> Iterator[Path]:
    for folder in dirs:
        try:
            found = sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS and path.is_file())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            fault = Fault(str(folder), 1, 1, "E006", f"folder cannot be read: {reason}")
            loaded.append(Loaded(folder, None, [fault]))
            continue
        yield from found
