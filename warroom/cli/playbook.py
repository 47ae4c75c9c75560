"""`warroom playbook list | show | validate`."""

from __future__ import annotations

import argparse
from pathlib import Path

from warroom.cli.exits import ABSENT, NO, OK, Failure
from warroom.cli.printing import print_json, print_table
from warroom.core.clean import clean


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the tasks of the verb."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    tasks.add_parser("list", help="list the playbooks that ship with warroom, broken ones too")
    show = tasks.add_parser("show", help="print one playbook as JSON")
    show.add_argument("playbook", metavar="P", help="its id; warroom playbook list names them")
    validate = tasks.add_parser("validate", help="say what is wrong with playbook files")
    validate.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a playbook (YAML)")


def run(args: argparse.Namespace) -> int:
    """Do the task; `validate` exits 1 when a file is broken."""
    from warroom.adapters.playbook_files import bundled_dir, load_playbook, load_playbooks

    if args.task == "validate":
        faults = [fault for file in args.files for fault in load_playbook(file).faults]
        for fault in faults:
            print(clean(f"{fault.path}:{fault.line}:{fault.column} {fault.code} {fault.text}"))
        if not faults:
            print("OK")
        return NO if faults else OK
    loaded = load_playbooks([bundled_dir()])
    if args.task == "list":
        rows = [
            (one.playbook.id, one.playbook.severity.value, len(one.playbook.steps), one.playbook.title)
            if one.playbook
            else (one.path.stem, "-", 0, f"broken: {one.faults[0].text}")
            for one in loaded
        ]
        print_table(("PLAYBOOK", "SEVERITY", "STEPS", "TITLE"), rows)
        return OK
    for one in loaded:
        if one.playbook is not None and one.playbook.id == args.playbook:
            print_json(one.playbook)
            return OK
    raise Failure(ABSENT, f"there is no playbook {args.playbook}", next_step="list them: warroom playbook list")
