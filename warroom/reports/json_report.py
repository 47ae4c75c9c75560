"""The post-mortem as one JSON object, in the shapes that the command line promises too."""

from __future__ import annotations

from warroom.core.contract import Json, incident_json, scored_alarm_json
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
        "timeline": [
            {
                "seq": row.seq,
                "at": utc_text(row.at),
                "who": row.who,
                "kind": row.kind,
                "text": row.text,
                "pause_s": row.pause_s,
            }
            for row in dossier.timeline
        ],
        "checklist": [{"id": note.step.id, "standing": note.standing, "late_s": note.late_s} for note in dossier.steps],
        "effects": [{"action": note.action.id, "effect_s": note.effect_s} for note in dossier.actions],
        "evidence": [
            {
                "name": file.name,
                "sha256": file.sha256,
                "size": file.size,
                "origin": file.origin,
                "taken": utc_text(file.taken),
            }
            for file in dossier.evidence
        ],
        "taxonomy": [{"id": one, "name": name} for one, name in dossier.taxonomy],
        "parts": [
            {"key": part.key, "title": part.title, "written": part.written, "text": part.lines, "prompts": part.prompts}
            for part in dossier.parts
        ],
        "action_items": [
            {"what": item.what, "owner": item.owner, "due": item.due, "offered": item.offered} for item in dossier.items
        ],
        "integrity": {
            "length": dossier.integrity.length,
            "head": dossier.integrity.head,
            "first": dossier.integrity.first,
            "last": dossier.integrity.last,
            "sha256": dossier.integrity.sha256,
        },
    }
