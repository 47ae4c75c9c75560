"""Contain a bot that runs as pods: policies of our own that let nothing in or out, and a mark on each pod.

Network policies only add up: one of somebody else that allows something goes on allowing it, so a plan names those.
A pod that loses a label of its controller's selector is replaced by a new one, so a policy covers the bot's own
labels as well, and a plan says what will be started.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from warroom.adapters.contain import kubernetes_acts as acts
from warroom.adapters.contain.kubernetes_api import Cluster, Refused
from warroom.adapters.contain.kubernetes_objects import (
    Kept,
    Pod,
    kept_for,
    labels_in_quarantine,
    planned,
    pod_of,
    policies_for,
    selects,
    without_secrets,
)
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import KubernetesSettings

_GROUP = "networking.k8s.io"
_RIGHTS = (("delete", "networkpolicies", _GROUP), ("patch", "pods", ""))
_EFFECTS = [
    "no new connection to or from the pods; users wait, or get an error from what stands before them",
    "whether open connections end, and whether policies count at all, is up to the cluster's network plugin",
    "the pods run on and keep their memory; new pods with the same labels are cut as well",
]


class KubernetesAdapter:
    """Verb isolate on the pods of a selector; needs an account that may make network policies and label pods."""

    kind = "kubernetes"

    def __init__(
        self, bot: str, settings: KubernetesSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """Isolate alone."""
        return frozenset({Verb.ISOLATE})

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return which pods are cut off by which objects, and what may go round them; AdapterFailed without pods."""
        if verb is not Verb.ISOLATE:
            raise AdapterFailed(f"the kubernetes adapter of {self._bot} cannot {verb}")
        async with self._cluster() as cluster:
            pods = await self._pods(cluster)
            kept = self._kept(pods)
            caveats = [*await _replacements(cluster, kept, pods), *await self._ways_round(cluster, kept, pods)]
            services = await _services(cluster, kept, pods)
        effects = [*_EFFECTS, *services, *caveats]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the pods stay cut off")
        label = f", {kept.service_label} back" if kept.service_label else ""
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[clean(line) for line in self._requests(kept, pods)],
            effects=[clean(line) for line in effects],
            undo=clean(f"delete the network policies {', '.join(kept.policies)}; take the mark off each pod{label}"),
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.BEST_EFFORT if caveats and kept.service_label else Reversible.EXACT,
            instances=[pod.label for pod in pods],
            restore=msgspec.json.encode(kept).decode(),
        )

    def needs(self) -> list[Need]:
        """The library, the token, the API server, and the rights of the account."""
        return [
            Need("library", "kubernetes-asyncio", "talks to the API server"),
            Need("file", clean(self._settings.token_file), "says who asks"),
            Need("address", clean(self._settings.api), "takes the requests"),
            Need("right", "get, list and patch pods; get, list services, replicasets and the like", "marks the pods"),
            Need("right", "get, list, create and delete networkpolicies", "cuts the pods off"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Look at server, pods and rights: policies and labels are sent as a dry run, which stores nothing."""
        checks: list[Check] = []
        asked = "API server"
        try:
            async with self._cluster() as cluster:
                checks.append(Check(asked, Checked.OK, await cluster.version()))
                asked = "pods"
                pods = await self._pods(cluster)
                names = ", ".join(pod.name for pod in pods)
                checks.append(Check(asked, Checked.OK, clean(f"{len(pods)}: {names}")))
                asked = "rights"
                checks.append(await self._tried(cluster, pods))
                for right in _RIGHTS:
                    allowed = await cluster.may(*right)
                    words = f"the account may {'' if allowed else 'not '}{right[0]} {right[1]}"
                    checks.append(Check(asked, Checked.OK if allowed else Checked.FAILED, words))
        except AdapterFailed as error:
            checks.append(Check(asked, Checked.FAILED, str(error)))
        return checks

    async def observe(self, verb: Verb) -> Observation:
        """Return the pods, and which of the policies are there."""
        try:
            async with self._cluster() as cluster:
                pods = await cluster.pods(self._settings.selector)
                names = self._kept([pod_of(pod) for pod in pods]).policies
                there = [policy.name for policy in await cluster.policies() if policy.name in names]
        except AdapterFailed as error:
            return Observation(str(error), self._clock.now())
        text = f"{len(pods)} pods; {', '.join(there) or 'no policy of ours'}"
        return Observation(clean(text), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return pods without the values of their environment, services and network policies as JSON."""
        async with self._cluster() as cluster:
            content: dict[str, Any] = {
                "pods": [without_secrets(pod) for pod in await cluster.pods(self._settings.selector)],
                "services": await cluster.services(),
                "policies": await cluster.policies(),
            }
        return [(f"{self._bot}-pods.json", msgspec.json.format(msgspec.json.encode(content), indent=1))]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Make the policies and mark the plan's pods.

        Raises AdapterFailed when the pods are others by now, a policy of the same name is there, or the server
        refuses (then all is as before); AdapterAmbiguous when it was lost after a request was sent.
        """
        kept = planned(plan.restore)
        async with self._cluster() as cluster:
            return Receipt(clean(await acts.isolate(cluster, kept, self._settings.selector, key)))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Take away what `apply` made under the same key, and nothing else; raises as `apply` does."""
        kept = planned(plan.restore)
        async with self._cluster() as cluster:
            return Receipt(clean(await acts.release(cluster, kept, key)))

    def _cluster(self) -> Cluster:
        return Cluster(self._settings)

    async def _pods(self, cluster: Cluster) -> list[Pod]:
        selector = self._settings.selector
        pods = [pod_of(pod) for pod in await cluster.pods(selector)]
        words = ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
        if not pods:
            raise AdapterFailed(clean(f"no pod with {words} runs in namespace {self._settings.namespace}"))
        on_host = [pod.name for pod in pods if pod.host_network]
        if on_host:
            raise AdapterFailed(clean(f"{', '.join(on_host)}: policies do not count in a node's own network; use nft"))
        label = self._settings.service_label
        if label and not any(label in pod.labels for pod in pods):
            raise AdapterFailed(clean(f"no pod with {words} has the service_label {label}"))
        return pods

    def _kept(self, pods: list[Pod]) -> Kept:
        one = self._settings
        return kept_for(self._bot, one.namespace, one.selector, one.service_label, pods)

    def _requests(self, kept: Kept, pods: list[Pod]) -> list[str]:
        where = self._settings.namespace
        lines = [
            f"create NetworkPolicy {where}/{made['metadata']['name']}: nothing in or out of pods with "
            + ", ".join(f"{key}={value}" for key, value in sorted(made["spec"]["podSelector"]["matchLabels"].items()))
            for made in policies_for(kept, self._settings.selector, "")
        ]
        for pod in pods:
            lost = f", without {kept.service_label}" if kept.service_label in pod.labels else ""
            lines.append(f"{pod.label} gets warroom.dev/quarantine={kept.mark}{lost}")
        return lines

    async def _ways_round(self, cluster: Cluster, kept: Kept, pods: list[Pod]) -> list[str]:
        """Say which policies of others go on allowing something to the pods as they will be, or to new ones."""
        told = []
        for policy in await cluster.policies():
            if policy.name in kept.policies or not policy.allows:
                continue
            ways = " and ".join(policy.allows)
            if any(selects(policy.selector, labels_in_quarantine(kept, pod.labels)) for pod in pods):
                told.append(f"network policy {policy.name} goes on allowing {ways} that it names: the cut is not whole")
            elif any(selects(policy.selector, pod.labels) for pod in pods):
                told.append(f"network policy {policy.name} allows {ways} to new pods with the same labels")
        return told

    async def _tried(self, cluster: Cluster, pods: list[Pod]) -> Check:
        kept = self._kept(pods)
        try:
            for wanted in policies_for(kept, self._settings.selector, "check"):
                await cluster.create_policy(wanted, dry=True)
            await cluster.patch_pod(pods[0], acts.changes_for(kept, pods[0]), dry=True)
        except (Refused, AdapterAmbiguous) as error:
            return Check("dry run", Checked.FAILED, str(error))
        return Check("dry run", Checked.OK, "the server would take the policies and the labels")


async def _replacements(cluster: Cluster, kept: Kept, pods: list[Pod]) -> list[str]:
    """Say which controllers lose a pod of theirs by the label that is taken away, and start another."""
    if not kept.service_label:
        return []
    told = []
    for owner in sorted({pod.owner for pod in pods if pod.owner}):
        selector = await cluster.selector_of(owner)
        mine = [pod for pod in pods if pod.owner == owner and kept.service_label in pod.labels]
        if mine and (not selector or not all(selects(selector, labels_in_quarantine(kept, p.labels)) for p in mine)):
            told.append(
                f"{owner} starts {len(mine)} new pods, since {kept.service_label} is a label that it looks for: the "
                f"policy {kept.policies[0]} cuts them too; after a release it ends as many, maybe those that were cut"
            )
    return told


async def _services(cluster: Cluster, kept: Kept, pods: list[Pod]) -> list[str]:
    if not kept.service_label:
        return []
    told = []
    for service in await cluster.services():
        selector = (service.get("spec") or {}).get("selector") or {}
        name = (service.get("metadata") or {}).get("name", "?")
        if not selector or not any(selects({"matchLabels": selector}, pod.labels) for pod in pods):
            continue
        out = kept.service_label in selector
        told.append(f"service {name} {'finds the pods no more' if out else 'still finds the pods'}")
    return sorted(told)
