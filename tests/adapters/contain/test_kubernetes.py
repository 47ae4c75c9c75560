"""Pods cut off by policies, beside other policies, controllers and network plugins that have their own mind."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_kubernetes import FakeCluster, adapter_for, done, kubernetes_bot, verdict
from warroom.core.model import Plan, Reversible, Verb, Verdict
from warroom.core.ports import AdapterFailed, Checked

ISOLATE = Verb.ISOLATE
FROM_ALL: list[dict[str, Any]] = [{}]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with kubernetes_bot(tmp_path) as running:
        yield running


@pytest.mark.long
@pytest.mark.parametrize("label", ["", "serving"])
async def test_it_holds_and_nothing_of_ours_is_left_after_a_release(cluster: FakeCluster, label: str) -> None:
    before = copy.deepcopy(cluster.objects)
    adapter = adapter_for(cluster, service_label=label)
    plan = await done(adapter)
    assert plan.reversible is Reversible.EXACT
    assert await verdict(cluster, cut=True) is Verdict.CONTAINED
    assert all(pod.get("serving") == (None if label else "yes") for pod in cluster.labels().values())
    recorded = msgspec.json.decode(msgspec.json.encode(plan), type=Plan)
    await adapter_for(cluster, service_label=label).release(recorded, "ACT-001")
    assert await verdict(cluster) is Verdict.OPEN
    assert cluster.objects == before
    await adapter.release(recorded, "ACT-001")
    assert cluster.objects == before


async def test_a_policy_of_somebody_else_goes_on_allowing_and_the_plan_and_the_probe_say_so(
    cluster: FakeCluster,
) -> None:
    cluster.put(
        "networkpolicies", "let-users-in", {"podSelector": {"matchLabels": {"app": "support"}}, "ingress": FROM_ALL}
    )
    plan = await done(adapter_for(cluster))
    assert any("let-users-in goes on allowing ingress" in effect for effect in plan.effects)
    assert await verdict(cluster) is Verdict.OPEN


async def test_a_label_that_only_traffic_looks_for_takes_the_pods_out_of_such_a_policy(cluster: FakeCluster) -> None:
    rule = {"podSelector": {"matchLabels": {"serving": "yes"}}, "ingress": FROM_ALL}
    cluster.put("networkpolicies", "let-users-in", rule)
    plan = await done(adapter_for(cluster, service_label="serving"))
    assert "service support finds the pods no more" in plan.effects
    assert "network policy let-users-in allows ingress to new pods with the same labels" in plan.effects
    assert await verdict(cluster, cut=True) is Verdict.CONTAINED
    assert len(cluster.labels()) == 2


async def test_a_plugin_that_knows_no_policies_cuts_nothing_and_the_probe_sees_it(cluster: FakeCluster) -> None:
    cluster.enforces = False
    await done(adapter_for(cluster))
    assert len(cluster.objects["networkpolicies"]) == 2
    assert await verdict(cluster) is Verdict.OPEN


async def test_an_adapter_that_does_nothing_is_not_believed(cluster: FakeCluster) -> None:
    liar = NothingDoer("support", kind="kubernetes")
    await liar.apply(await liar.plan(ISOLATE, None), "ACT-001")
    assert await verdict(cluster) is Verdict.OPEN


@pytest.mark.long
async def test_new_pods_in_place_of_those_that_lost_a_label_are_announced_and_cut_as_well(tmp_path: Path) -> None:
    with kubernetes_bot(tmp_path, serving=False) as cluster:
        adapter = adapter_for(cluster, service_label="app")
        plan = await done(adapter)
        assert any("ReplicaSet/support-7d9 starts 2 new pods" in effect for effect in plan.effects)
        assert plan.reversible is Reversible.BEST_EFFORT
        assert len(cluster.labels()) == 4
        assert await verdict(cluster, cut=True) is Verdict.CONTAINED
        await adapter.apply(plan, "ACT-001")
        assert len(cluster.labels()) == 4
        await adapter.release(plan, "ACT-001")
        assert await verdict(cluster) is Verdict.OPEN
        assert list(cluster.labels().values()) == [{"app": "support"}] * 2


async def test_a_new_pod_that_a_policy_of_somebody_else_lets_through_is_seen(tmp_path: Path) -> None:
    with kubernetes_bot(tmp_path, serving=False) as cluster:
        rule = {"podSelector": {"matchLabels": {"app": "support"}}, "ingress": FROM_ALL}
        cluster.put("networkpolicies", "let-users-in", rule)
        plan = await done(adapter_for(cluster, service_label="app"))
        assert any("allows ingress to new pods" in effect for effect in plan.effects)
        assert await verdict(cluster) is Verdict.OPEN


async def test_a_pod_that_is_started_later_is_cut_too(cluster: FakeCluster) -> None:
    adapter = adapter_for(cluster)
    plan = await done(adapter)
    cluster.remove_pod(next(iter(cluster.labels())))
    assert {} not in cluster.labels().values()
    assert await verdict(cluster, cut=True) is Verdict.CONTAINED
    receipt = await adapter.release(plan, "ACT-001")
    assert "is gone" in receipt.text
    assert await verdict(cluster) is Verdict.OPEN


async def test_two_bots_of_a_namespace_do_not_meet(cluster: FakeCluster) -> None:
    first = await adapter_for(cluster, "Support Bot №1").plan(ISOLATE, None)
    second = await adapter_for(cluster, "support_bot").plan(ISOLATE, None)
    assert "NetworkPolicy bots/warroom-support-bot-1-" in first.exact[0]
    assert first.exact[0] != second.exact[0]


async def test_policies_do_not_count_in_the_network_of_a_node(tmp_path: Path) -> None:
    words = "a node's own network; use nft"
    with kubernetes_bot(tmp_path, hostNetwork=True) as cluster, pytest.raises(AdapterFailed, match=words):
        await adapter_for(cluster).plan(ISOLATE, None)


async def test_without_pods_or_without_the_label_there_is_nothing_to_cut(cluster: FakeCluster) -> None:
    with pytest.raises(AdapterFailed, match="no pod with app=other runs in namespace bots"):
        await adapter_for(cluster, selector={"app": "other"}).plan(ISOLATE, None)
    with pytest.raises(AdapterFailed, match="no pod with app=support has the service_label tier"):
        await adapter_for(cluster, service_label="tier").plan(ISOLATE, None)


async def test_the_checks_try_everything_and_store_nothing(cluster: FakeCluster) -> None:
    before = copy.deepcopy(cluster.objects)
    assert [one.state for one in await adapter_for(cluster).check(ISOLATE)] == [Checked.OK] * 5
    assert cluster.objects == before
    assert sum("dryRun=All" in line for line in cluster.seen) == 3
    cluster.forbidden |= {"create networkpolicies", "delete networkpolicies"}
    states = {one.text: one.state for one in await adapter_for(cluster).check(ISOLATE)}
    assert states["the account may not delete networkpolicies"] is Checked.FAILED
    assert [one for one in states if "cannot create resource" in one]


async def test_a_token_that_is_wrong_or_missing_is_a_failure(cluster: FakeCluster) -> None:
    cluster.token_file.write_text("another")
    with pytest.raises(AdapterFailed, match="answers 401: Unauthorized"):
        await adapter_for(cluster).plan(ISOLATE, None)
    cluster.token_file.unlink()
    with pytest.raises(AdapterFailed, match="token cannot be used: No such file"):
        await adapter_for(cluster).plan(ISOLATE, None)


async def test_a_server_that_is_not_there_or_not_one_is_a_failure(cluster: FakeCluster) -> None:
    for api in ("http://127.0.0.1:1", f"{cluster.url}/x"):
        adapter = adapter_for(cluster, api=api)
        with pytest.raises(AdapterFailed):
            await adapter.plan(ISOLATE, None)
        assert (await adapter.check(ISOLATE))[0].state is Checked.FAILED


async def test_the_snapshot_has_pods_and_no_secrets(cluster: FakeCluster) -> None:
    ((name, content),) = await adapter_for(cluster).snapshot()
    assert name == "support-pods.json"
    assert b"API_KEY" in content
    assert b"a-secret-of-the-bot" not in content


async def test_what_it_observes_are_the_pods_and_the_policies(cluster: FakeCluster) -> None:
    assert (await adapter_for(cluster).observe(ISOLATE)).text == "2 pods; no policy of ours"
    await done(adapter_for(cluster))
    assert "2 pods; warroom-support-" in (await adapter_for(cluster).observe(ISOLATE)).text
