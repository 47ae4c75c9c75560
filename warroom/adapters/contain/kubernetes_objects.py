"""Pods, policies and selectors as the API server tells them, and what a plan keeps of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from warroom.core.clean import clean
from warroom.core.ports import AdapterFailed

ACTION = "warroom.dev/action"
"""Label of everything that is made here: the id of the action."""
MARK = "warroom.dev/quarantine"
"""Label of a pod in quarantine; the value belongs to one bot."""
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_NAME_LIMIT = 40
_ENDED = frozenset({"Succeeded", "Failed"})
_MASKED = "(not kept)"


class Pod(msgspec.Struct, frozen=True):
    """One pod; it is this one and no other as long as the uid is the same."""

    name: str
    uid: str
    labels: dict[str, str]
    host_network: bool = False
    owner: str = ""
    """Kind and name of its controller, such as ReplicaSet/support-7d9; empty when it has none."""

    @property
    def label(self) -> str:
        """How people are shown which one it is."""
        return clean(f"pod {self.name} (uid {self.uid})")


class Policy(msgspec.Struct, frozen=True):
    """One network policy."""

    name: str
    uid: str
    action: str
    """Which action made it; empty when it is not from here."""
    selector: dict[str, Any]
    allows: list[str]
    """ingress, egress: in which direction it lets something through."""


class KeptPod(msgspec.Struct, frozen=True):
    """A pod of a plan and the value of its service label, None when it has none."""

    name: str
    uid: str
    value: str | None = None


class Kept(msgspec.Struct, frozen=True):
    """What a plan keeps: what it makes, and the labels as they were."""

    policies: list[str]
    mark: str
    service_label: str
    pods: list[KeptPod]


def pod_of(answer: Mapping[str, Any]) -> Pod:
    """Return the pod of an answer; AdapterFailed when it has another shape."""
    try:
        meta = answer["metadata"]
        owners = [one for one in meta.get("ownerReferences") or [] if one.get("controller")]
        return msgspec.convert(
            {
                "name": meta["name"],
                "uid": meta["uid"],
                "labels": meta.get("labels") or {},
                "host_network": bool((answer.get("spec") or {}).get("hostNetwork", False)),
                "owner": f"{owners[0]['kind']}/{owners[0]['name']}" if owners else "",
            },
            Pod,
        )
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise AdapterFailed(clean(f"the API server answers in a shape that is not known: {error}")) from error


def policy_of(answer: Mapping[str, Any]) -> Policy:
    """Return the network policy of an answer; AdapterFailed when it has another shape."""
    try:
        meta, spec = answer["metadata"], answer["spec"]
        return Policy(
            name=clean(meta["name"]),
            uid=meta["uid"],
            action=(meta.get("labels") or {}).get(ACTION, ""),
            selector=spec.get("podSelector") or {},
            allows=[way for way in ("ingress", "egress") if spec.get(way)],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise AdapterFailed(clean(f"the API server answers in a shape that is not known: {error}")) from error


def is_alive(answer: Mapping[str, Any]) -> bool:
    """Return whether a pod runs or will: one that ended, or is being removed, is no target."""
    phase = (answer.get("status") or {}).get("phase")
    return phase not in _ENDED and not (answer.get("metadata") or {}).get("deletionTimestamp")


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a label selector (matchLabels and matchExpressions) fits; an empty one fits everything."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_fits(rule, labels) for rule in selector.get("matchExpressions") or [])


def _fits(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(str(rule.get("key"))), rule.get("values") or []
    match rule.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    # An operator of a later version: to be taken for a fit is the careful side, since it is told.
    return True


def kept_for(bot: str, namespace: str, selector: Mapping[str, str], service_label: str, pods: list[Pod]) -> Kept:
    """Return what a plan keeps; names depend on bot, namespace and selector alone."""
    content = msgspec.json.encode([bot, namespace, dict(selector)], order="sorted")
    digest = hashlib.sha256(content).hexdigest()[:8]
    slug = _NOT_A_NAME.sub("-", bot.lower()).strip("-")[:_NAME_LIMIT].strip("-") or "bot"
    name = f"warroom-{slug}-{digest}"
    values = [KeptPod(pod.name, pod.uid, pod.labels.get(service_label) if service_label else None) for pod in pods]
    return Kept([f"{name}-all", name], f"{slug}-{digest}", service_label, values)


def policies_for(kept: Kept, selector: Mapping[str, str], key: str) -> list[dict[str, Any]]:
    """Return the policies that let nothing in or out: for all pods of the bot, and for those in quarantine.

    The first also covers pods that are started later, the second a pod that lost a label of the bot's selector.
    """
    chosen = [dict(selector), {MARK: kept.mark}]
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": name, "labels": {ACTION: key}},
            "spec": {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress", "Egress"]},
        }
        for name, labels in zip(kept.policies, chosen, strict=True)
    ]


def labels_in_quarantine(kept: Kept, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a pod as they will be."""
    left = {key: value for key, value in labels.items() if key != kept.service_label}
    return {**left, MARK: kept.mark}


def planned(restore: str) -> Kept:
    """Return what a plan kept; AdapterFailed when it keeps no pods."""
    try:
        return msgspec.json.decode(restore, type=Kept)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AdapterFailed("the plan names no pods") from error


def without_secrets(pod: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pod without the values of environment variables: passwords stand there."""
    spec = dict(pod.get("spec") or {})
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        if kind in spec:
            spec[kind] = [_masked(one) for one in spec[kind] or []]
    return {**pod, "spec": spec}


def _masked(container: Mapping[str, Any]) -> dict[str, Any]:
    env = [{**entry, "value": _MASKED} if "value" in entry else entry for entry in container.get("env") or []]
    return {**container, "env": env}
