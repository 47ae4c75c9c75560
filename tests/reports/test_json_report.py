"""The post-mortem as JSON."""

from __future__ import annotations

import msgspec
import pytest

from tests.reports.example import INCIDENT
from tests.reports.hostile import CORPUS, example_dossier, poisoned
from warroom.core.clean import clean
from warroom.core.model import Mode
from warroom.reports.json_report import SCHEMA, document


def test_the_document_holds_the_incident_and_all_that_belongs_to_it() -> None:
    told = document(example_dossier(Mode.DRILL))
    assert (told["schema"], told["mode"], told["incident"]["id"]) == (SCHEMA, "drill", INCIDENT)
    assert told["draft"] == {"written": 2, "parts": 7}
    assert [alarm["id"] for alarm in told["alarms"]] == ["AL-4f2a91", "AL-77c0de"]
    assert told["alarms"][0]["samples"][0]["offset"] == 18240
    assert [row["pause_s"] for row in told["timeline"] if row["pause_s"]] == [1350.0]
    assert told["exported"] == "2026-11-22T23:30:00.000Z"
    assert told["action_items"][0]["owner"] == "bot owner"
    assert len(told["evidence"][0]["sha256"]) == 64


@pytest.mark.parametrize("text", CORPUS)
def test_what_logs_and_bots_wrote_is_cleaned(text: str) -> None:
    dossier = example_dossier()
    alarms, evidence = poisoned(dossier.alarms, text), poisoned(dossier.evidence, text)
    told = document(msgspec.structs.replace(dossier, alarms=alarms, evidence=evidence))
    assert msgspec.json.decode(msgspec.json.encode(told)) == told
    assert told["alarms"][0]["samples"][0]["message"] == clean(text)
    assert told["alarms"][0]["reasons"][0]["text"] == clean(text)
    assert told["evidence"][0]["name"] == clean(text)
