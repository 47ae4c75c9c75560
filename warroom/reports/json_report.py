"""The post-mortem as one JSON object, in the shapes that the command line promises too."""

from __future__ import annotations

import msgspec

from warroom.core.clean import clean
from warroom.core.contract import Json, incident_json, scored_alarm_json
from warroom.core.model import EvidenceFile
from warroom.core.moments import utc_text
from warroom.reports.dossier import Dossier

SCHEMA = "warroom/postmortem@1"


def document(dossier: Dossier) -> Json:
    """Return the report: the incident object of the contract and all that belongs to it."""
    return {
        "schema": SCHEMA,
        "exported": utc_text(dossier.exported),
        "version": dossier.version,
        "room": dossier.view.room,
        "mode": dossier.view.mode.value,
        "draft": {"written": dossier.written, "parts": len(dossier.parts)},
        "summary_draft": dossier.summary,
        "incident": incident_json(dossier.incident, dossier.view),
        "severities": [
            {"at": utc_text(row.at), "severity": row.severity.value, "reason": row.reason} for row in dossier.severities
        ],
        "alarms": [
            {**scored_alarm_json(note.alarm), "acknowledged": note.acknowledged or None} for note in dossier.alarms
        ],
        "timeline": [{**msgspec.structs.asdict(row), "at": utc_text(row.at)} for row in dossier.timeline],
        "checklist": [{"id": note.step.id, "standing": note.standing, "late_s": note.late_s} for note in dossier.steps],
        "effects": [{"action": note.action.id, "effect_s": note.effect_s} for note in dossier.actions],
        "agreed": [{**msgspec.structs.asdict(one), "at": utc_text(one.at)} for one in dossier.accords],
        "told": [{**msgspec.to_builtins(one), "at": utc_text(one.at), "word": one.word} for one in dossier.told],
        "evidence": [_evidence(file) for file in dossier.evidence],
        "taxonomy": [{"id": one, "name": name} for one, name in dossier.taxonomy],
        "parts": [
            {"key": part.key, "title": part.title, "written": part.written, "text": part.lines, "prompts": part.prompts}
            for part in dossier.parts
        ],
        "action_items": [msgspec.structs.asdict(item) for item in dossier.items],
        "integrity": msgspec.structs.asdict(dossier.integrity),
    }


def _evidence(file: EvidenceFile) -> Json:
    return {
        "name": clean(file.name),
        "sha256": file.sha256,
        "size": file.size,
        "origin": clean(file.origin),
        "taken": utc_text(file.taken),
    }
