"""Put pods into quarantine and take them out again: only what is ours is made, changed back or removed."""

from __future__ import annotations

from typing import Any

from warroom.adapters.contain.kubernetes_api import Cluster, Refused, Taken
from warroom.adapters.contain.kubernetes_objects import MARK, Kept, KeptPod, Pod, pod_of, policies_for
from warroom.core.ports import AdapterAmbiguous, AdapterFailed


async def isolate(cluster: Cluster, kept: Kept, selector: dict[str, str], key: str) -> str:
    """Make the policies, then label the pods; what was done is taken back when the server refuses the rest."""
    there = [policy for name in kept.policies if (policy := await cluster.policy(name))]
    for policy in there:
        if policy.action != key:
            raise AdapterFailed(
                f"a network policy {policy.name} is there already and not of {key}; it is never changed: remove it"
            )
    if not there:
        await _refuse_others(cluster, kept, selector)
    marked = 0
    try:
        for wanted in policies_for(kept, selector, key):
            name = str(wanted["metadata"]["name"])
            if name not in {policy.name for policy in there}:
                await _create(cluster, wanted, name)
        for pod in kept.pods:
            marked += await _mark(cluster, kept, pod)
    except Refused as refused:
        await _take_back(cluster, kept, key, refused)
        raise AdapterFailed(f"{refused}; all is as before") from refused
    return f"{marked} of {len(kept.pods)} pods in quarantine; policies {', '.join(kept.policies)}"


async def release(cluster: Cluster, kept: Kept, key: str) -> str:
    """Give the pods of the plan their labels back and remove the policies of this action."""
    told: list[str] = []
    done = False
    try:
        for pod in kept.pods:
            words = await _unmark(cluster, kept, pod)
            done = done or not words
            told += words
        for name in kept.policies:
            policy = await cluster.policy(name)
            if policy and policy.action == key:
                await cluster.delete_policy(policy)
                done = True
            elif policy:
                told.append(f"network policy {name} is of another action and stays")
    except Refused as refused:
        if done:
            raise AdapterAmbiguous(f"{refused}; a part of it is undone") from refused
        raise AdapterFailed(str(refused)) from refused
    return "; ".join(["no policy of this action is left, and its pods have their labels", *told])


async def _refuse_others(cluster: Cluster, kept: Kept, selector: dict[str, str]) -> None:
    now = {pod.uid: pod for pod in map(pod_of, await cluster.pods(selector))}
    planned = {pod.uid: pod.name for pod in kept.pods}
    new = [pod.name for uid, pod in now.items() if uid not in planned]
    gone = [name for uid, name in planned.items() if uid not in now]
    if new or gone:
        words = [f"new: {', '.join(new)}"] if new else []
        words += [f"gone: {', '.join(gone)}"] if gone else []
        raise AdapterFailed(f"the pods are not those of the plan any more ({'; '.join(words)}); plan again")


async def _create(cluster: Cluster, wanted: dict[str, Any], name: str) -> None:
    try:
        await cluster.create_policy(wanted)
    except Taken as taken:
        raise Refused(taken.status, f"somebody made a network policy {name} at this moment") from taken


async def _mark(cluster: Cluster, kept: Kept, pod: KeptPod) -> bool:
    """Label one pod; return False when it is gone, and do nothing when it is labelled."""
    now = await cluster.pod(pod.name)
    if now is None or now.uid != pod.uid:
        return False
    if now.labels.get(MARK) != kept.mark or kept.service_label in now.labels:
        await cluster.patch_pod(now, changes_for(kept, now))
    return True


async def _unmark(cluster: Cluster, kept: Kept, pod: KeptPod) -> list[str]:
    now = await cluster.pod(pod.name)
    if now is None or now.uid != pod.uid:
        return [f"pod {pod.name} is gone"]
    if now.labels.get(MARK) != kept.mark:
        return []
    changes: list[dict[str, Any]] = [{"op": "remove", "path": _path(MARK)}]
    told = []
    if pod.value is not None and kept.service_label not in now.labels:
        changes.append({"op": "add", "path": _path(kept.service_label), "value": pod.value})
    elif pod.value is not None and now.labels[kept.service_label] != pod.value:
        told.append(f"label {kept.service_label} of pod {pod.name} was set by somebody else and stays")
    await cluster.patch_pod(now, changes)
    return told


async def _take_back(cluster: Cluster, kept: Kept, key: str, cause: Refused) -> None:
    try:
        for pod in kept.pods:
            await _unmark(cluster, kept, pod)
        for name in kept.policies:
            policy = await cluster.policy(name)
            if policy and policy.action == key:
                await cluster.delete_policy(policy)
    except Refused as refused:
        raise AdapterAmbiguous(f"{cause}; and not all that was made could be taken back: {refused}") from cause


def changes_for(kept: Kept, pod: Pod) -> list[dict[str, Any]]:
    """Return the changes of a pod's labels, as a patch has them."""
    changes: list[dict[str, Any]] = [{"op": "add", "path": _path(MARK), "value": kept.mark}]
    if kept.service_label in pod.labels:
        changes.append({"op": "remove", "path": _path(kept.service_label)})
    return changes


def _path(label: str) -> str:
    # RFC 6901: a slash within a name is written so.
    return f"/metadata/labels/{label.replace('~', '~0').replace('/', '~1')}"
