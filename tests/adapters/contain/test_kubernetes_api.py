"""The way to the API server: whose certificate is believed, and what is no API server."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.rig_kubernetes import FakeCluster, kubernetes_bot
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.contain.kubernetes_api import Cluster, Refused, Taken
from warroom.core.ports import AdapterFailed
from warroom.core.settings_contain import KubernetesSettings

POLICY = {"metadata": {"name": "mine"}, "spec": {"podSelector": {}}}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with kubernetes_bot(tmp_path) as running:
        yield running


def api(cluster: FakeCluster, *, ca_file: str = "", address: str = "") -> Cluster:
    where = address or cluster.api
    return Cluster(
        KubernetesSettings(
            where, "bots", {"app": "support"}, token_file=str(cluster.token_file), ca_file=ca_file, timeout_s=PATIENCE_S
        )
    )


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a key and a certificate for 127.0.0.1 that signed itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing")
    key, made = folder / f"{name}.key", folder / f"{name}.crt"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-keyout", str(key), "-out", str(made), "-days", "2", "-subj", f"/CN={name}"]
    subprocess.run([*words, "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return key, made


async def test_only_the_authority_of_the_settings_is_believed(cluster: FakeCluster, tmp_path: Path) -> None:
    key, own = certificate(tmp_path, "own")
    _, other = certificate(tmp_path, "other")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    cluster.server.socket = context.wrap_socket(cluster.server.socket, server_side=True)
    address = cluster.api.replace("http:", "https:")
    async with api(cluster, ca_file=str(own), address=address) as trusted:
        assert await trusted.version() == "Kubernetes v1.31.0"
    seen = len(cluster.seen)
    for ca_file in (str(other), ""):
        async with api(cluster, ca_file=ca_file, address=address) as stranger:
            with pytest.raises(AdapterFailed, match=r"is not reached: .*certificate verify failed"):
                await stranger.version()
    # No request, and so no token, went to a server that nobody vouches for.
    assert len(cluster.seen) == seen
    with pytest.raises(AdapterFailed, match="cannot be used"):
        await api(cluster, ca_file=str(tmp_path / "absent"), address=address).__aenter__()


async def test_what_is_there_is_never_made_again_and_a_removal_means_this_very_one(cluster: FakeCluster) -> None:
    async with api(cluster) as open_one:
        await open_one.create_policy(POLICY, dry=True)
        assert await open_one.policy("mine") is None
        await open_one.create_policy(POLICY)
        with pytest.raises(Taken, match=r"answers 409: .*already exists"):
            await open_one.create_policy(POLICY)
        first = await open_one.policy("mine")
        assert first
        await open_one.delete_policy(first)
        await open_one.delete_policy(first)
        await open_one.create_policy(POLICY)
        with pytest.raises(Refused, match="UID in the precondition does not match"):
            await open_one.delete_policy(first)


async def test_another_pod_of_the_same_name_is_not_changed(cluster: FakeCluster) -> None:
    async with api(cluster) as open_one:
        name = next(iter(cluster.labels()))
        pod = await open_one.pod(name)
        assert pod
        cluster.objects["pods"][name]["metadata"]["uid"] = "another"
        with pytest.raises(Refused, match="answers 422"):
            await open_one.patch_pod(pod, [{"op": "remove", "path": "/metadata/labels/app"}])
        assert cluster.labels()[name]["app"] == "support"


async def test_an_owner_of_an_unknown_kind_has_no_selector(cluster: FakeCluster) -> None:
    async with api(cluster) as open_one:
        assert await open_one.selector_of("ReplicaSet/support-7d9") == {"matchLabels": {"app": "support"}}
        assert await open_one.selector_of("ReplicaSet/gone") == {}
        assert await open_one.selector_of("Job/backup") == {}
