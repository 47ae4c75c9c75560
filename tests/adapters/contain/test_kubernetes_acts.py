"""What is done to a cluster and taken back when it refuses in the middle, or others change it meanwhile."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.contain.rig_kubernetes import FakeCluster, adapter_for, done, kubernetes_bot, verdict
from warroom.core.model import Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

ISOLATE = Verb.ISOLATE
FROM_ALL: list[dict[str, Any]] = [{}]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with kubernetes_bot(tmp_path) as running:
        yield running


async def test_other_pods_than_those_of_the_plan_are_not_touched(cluster: FakeCluster) -> None:
    plan = await adapter_for(cluster).plan(ISOLATE, None)
    cluster.remove_pod(next(iter(cluster.labels())))
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(AdapterFailed, match=r"not those of the plan any more \(new: support-.*; gone: support-"):
        await adapter_for(cluster).apply(plan, "ACT-001")
    assert cluster.objects == before


async def test_a_policy_of_the_same_name_is_never_changed_and_never_removed(cluster: FakeCluster) -> None:
    adapter = adapter_for(cluster)
    plan = await adapter.plan(ISOLATE, None)
    name = next(line for line in plan.exact if line.startswith("create NetworkPolicy")).split("/")[1].split(":")[0]
    cluster.put(
        "networkpolicies", name, {"podSelector": {}, "ingress": FROM_ALL}, labels={"warroom.dev/action": "ACT-7"}
    )
    before = copy.deepcopy(cluster.objects)
    with pytest.raises(AdapterFailed, match="is there already and not of ACT-001"):
        await adapter.apply(plan, "ACT-001")
    assert "is of another action and stays" in (await adapter.release(plan, "ACT-001")).text
    assert cluster.objects == before


@pytest.mark.parametrize("refused", ["patch pods", "create networkpolicies"])
async def test_when_the_server_refuses_in_the_middle_all_is_as_before(cluster: FakeCluster, refused: str) -> None:
    plan = await adapter_for(cluster).plan(ISOLATE, None)
    before = copy.deepcopy(cluster.objects)
    cluster.forbidden.add(refused)
    with pytest.raises(AdapterFailed, match=r"answers 403: .* is forbidden.*; all is as before"):
        await adapter_for(cluster).apply(plan, "ACT-001")
    assert cluster.objects == before


async def test_what_cannot_be_taken_back_is_ambiguous(cluster: FakeCluster) -> None:
    plan = await adapter_for(cluster).plan(ISOLATE, None)
    cluster.forbidden |= {"patch pods", "delete networkpolicies"}
    with pytest.raises(AdapterAmbiguous, match="not all that was made could be taken back"):
        await adapter_for(cluster).apply(plan, "ACT-001")


@pytest.mark.long
@pytest.mark.parametrize("dropped", ["POST networkpolicies", "PATCH pods"])
async def test_an_answer_that_is_lost_is_ambiguous_and_the_same_key_goes_on(cluster: FakeCluster, dropped: str) -> None:
    adapter = adapter_for(cluster)
    plan = await adapter.plan(ISOLATE, None)
    cluster.drops.add(dropped)
    with pytest.raises(AdapterAmbiguous):
        await adapter.apply(plan, "ACT-001")
    cluster.drops.clear()
    await adapter.apply(plan, "ACT-001")
    assert await verdict(cluster, cut=True) is Verdict.CONTAINED
    assert all("warroom.dev/quarantine" in labels for labels in cluster.labels().values())


async def test_a_label_that_somebody_set_meanwhile_stays(cluster: FakeCluster) -> None:
    adapter = adapter_for(cluster, service_label="serving")
    plan = await done(adapter)
    name = next(iter(cluster.labels()))
    cluster.objects["pods"][name]["metadata"]["labels"]["serving"] = "never"
    told = (await adapter.release(plan, "ACT-001")).text
    assert f"label serving of pod {name} was set by somebody else and stays" in told
    assert cluster.labels()[name] == {"app": "support", "serving": "never"}
