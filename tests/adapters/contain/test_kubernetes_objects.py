"""What is read of pods and policies, and what a plan keeps of them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.adapters.contain.kubernetes_objects import (
    MARK,
    Pod,
    is_alive,
    kept_for,
    labels_in_quarantine,
    planned,
    pod_of,
    policies_for,
    policy_of,
    selects,
    without_secrets,
)
from warroom.core.ports import AdapterFailed

POD = Pod("support-1", "u-1", {"app": "support", "serving": "yes"})
_DNS = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"key": "app", "operator": "In", "values": ["a", "support"]}, True),
        ({"key": "app", "operator": "In", "values": []}, False),
        ({"key": "app", "operator": "NotIn", "values": ["support"]}, False),
        ({"key": "tier", "operator": "NotIn", "values": ["x"]}, True),
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "tier", "operator": "Exists"}, False),
        ({"key": "tier", "operator": "DoesNotExist"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
        ({"key": "app", "operator": "Gt", "values": ["1"]}, True),
    ],
)
def test_a_selector_fits_as_the_api_server_reads_it(rule: dict[str, Any], fits: bool) -> None:
    assert selects({"matchExpressions": [rule]}, POD.labels) is fits
    assert selects({"matchLabels": {"app": "support"}, "matchExpressions": [rule]}, POD.labels) is fits
    assert not selects({"matchLabels": {"app": "other"}, "matchExpressions": [rule]}, POD.labels)
    assert selects({}, POD.labels)


@given(st.text(max_size=80), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_names_are_such_as_the_api_server_takes_and_always_the_same(bot: str, selector: dict[str, str]) -> None:
    kept = kept_for(bot, "bots", selector, "", [POD])
    assert kept == kept_for(bot, "bots", dict(reversed(selector.items())), "", [POD])
    for name in [*kept.policies, kept.mark]:
        assert len(name) <= 63
        assert name.isascii()
        assert name.replace("-", "").isalnum()
        assert name[0] != "-" != name[-1]
        assert name == name.lower()


def test_two_policies_cover_the_labels_of_the_bot_and_the_mark() -> None:
    kept = kept_for("support", "bots", {"app": "support"}, "app", [POD])
    everything, marked = policies_for(kept, {"app": "support"}, "ACT-001")
    assert everything["metadata"]["labels"] == marked["metadata"]["labels"] == {"warroom.dev/action": "ACT-001"}
    assert selects(everything["spec"]["podSelector"], POD.labels)
    after = labels_in_quarantine(kept, POD.labels)
    assert after == {"serving": "yes", MARK: kept.mark}
    assert not selects(everything["spec"]["podSelector"], after)
    assert selects(marked["spec"]["podSelector"], after)
    assert all(one["spec"]["policyTypes"] == ["Ingress", "Egress"] for one in (everything, marked))
    assert not any(way in one["spec"] for one in (everything, marked) for way in ("ingress", "egress"))


def test_what_a_plan_keeps_comes_back_whole_and_anything_else_is_refused() -> None:
    kept = kept_for("support", "bots", {"app": "support"}, "app", [POD])
    assert planned(msgspec.json.encode(kept).decode()) == kept
    for other in ("", "{}", "[]"):
        with pytest.raises(AdapterFailed, match="names no pods"):
            planned(other)


def test_a_pod_that_ended_or_is_being_removed_is_no_target() -> None:
    assert is_alive({"status": {"phase": "Pending"}, "metadata": {}})
    assert not is_alive({"status": {"phase": "Succeeded"}, "metadata": {}})
    assert not is_alive({"status": {"phase": "Running"}, "metadata": {"deletionTimestamp": "2026-11-22T21:07:47Z"}})


@pytest.mark.parametrize("answer", [{}, {"metadata": {}}, {"metadata": {"name": "a", "uid": 5}}, {"metadata": [1]}])
def test_an_answer_of_another_shape_is_a_failure(answer: dict[str, Any]) -> None:
    with pytest.raises(AdapterFailed, match="shape that is not known"):
        pod_of(answer)
    with pytest.raises(AdapterFailed, match="shape that is not known"):
        policy_of(answer)


def test_values_of_the_environment_are_left_out_and_references_stay() -> None:
    secret = {"name": "KEY", "value": "hidden"}
    reference = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    pod = {"spec": {"containers": [{"name": "a", "env": [secret, reference]}], "initContainers": [{"env": [secret]}]}}
    text = str(without_secrets(pod))
    assert "hidden" not in text
    assert str(reference) in text
    assert secret["value"] == "hidden"
