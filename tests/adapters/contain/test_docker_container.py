"""What is read of docker's inspection, and what a plan keeps of it."""

from __future__ import annotations

from typing import Any

import pytest

from warroom.adapters.contain.docker_container import container_of, kept_of, planned, without_secrets
from warroom.core.ports import AdapterFailed

ID = "ae00bc788d670200bd9d2544c329480f6c4797da89d878443ca015091ed2c12d"


def inspected(**changed: Any) -> dict[str, Any]:
    """An answer as docker 20.10 gives it, with the parts that do not matter here left out."""
    endpoint = {
        "NetworkID": "0626110a6d4d",
        "IPAddress": "10.231.7.2",
        "IPAMConfig": None,
        "Links": None,
        "Aliases": ["support", "ae00bc788d67", "chat"],
        "DriverOpts": None,
        "EndpointID": "3ee80e670e23",
    }
    whole = {
        "Id": ID,
        "Name": "/bot",
        "State": {"Status": "running", "Running": True, "Paused": False, "Restarting": False, "Pid": 4711},
        "HostConfig": {"NetworkMode": "back", "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}},
        "Config": {"Image": "support:1.4", "Labels": None, "Env": ["PATH=/bin", "API_KEY=x=y"]},
        "NetworkSettings": {"Networks": {"back": endpoint}},
    }
    return {**whole, **changed}


def test_a_connection_is_kept_with_its_aliases_and_without_the_one_that_docker_adds() -> None:
    (network,) = container_of(inspected()).networks
    assert network.config == {"Aliases": ["chat", "support"]}
    assert network.wire(ID, same_address=False) == {"Container": ID, "EndpointConfig": {"Aliases": ["chat", "support"]}}
    asked = network.wire(ID, same_address=True)["EndpointConfig"]["IPAMConfig"]
    assert asked == {"IPv4Address": "10.231.7.2"}


def test_what_a_plan_keeps_is_the_same_for_the_same_state_and_comes_back_whole() -> None:
    answer = inspected()
    first = kept_of(container_of(answer))
    answer["NetworkSettings"]["Networks"]["back"]["Aliases"].reverse()
    answer["State"]["Pid"] = 12
    assert kept_of(container_of(answer)) == first
    assert planned(first) == container_of(answer)


def test_a_container_between_two_starts_counts_as_running_and_a_label_says_which_it_is() -> None:
    container = container_of(inspected(State={"Running": False, "Restarting": True}))
    assert container.running
    assert container.label == "container ae00bc788d67 bot (support:1.4)"
    assert not container_of(inspected(State={"Running": False})).running


def test_a_name_that_would_move_the_cursor_is_shown_as_text() -> None:
    assert "\x1b" not in container_of(inspected(Name="/bot\x1b[2J")).label


@pytest.mark.parametrize("answer", [[], {}, {"Id": 5}, inspected(State=None), inspected(Config={"Labels": 7})])
def test_an_answer_of_another_shape_is_a_failure(answer: object) -> None:
    with pytest.raises(AdapterFailed, match="shape that is not known"):
        container_of(answer)


@pytest.mark.parametrize("restore", ["", "{}", "[]", '{"id": 1}'])
def test_a_plan_that_keeps_no_container_is_refused(restore: str) -> None:
    with pytest.raises(AdapterFailed, match="names no container"):
        planned(restore)


def test_values_of_the_environment_are_left_out_and_their_names_stay() -> None:
    answer = inspected()
    assert without_secrets(answer)["Config"]["Env"] == ["PATH=(not kept)", "API_KEY=(not kept)"]
    assert answer["Config"]["Env"][1] == "API_KEY=x=y"
    assert without_secrets({"Config": None})["Config"] == {"Env": []}
