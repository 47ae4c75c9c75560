"""Talk to the API server of Kubernetes, and say of each failure what it means: refused, not reached, nobody knows."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from kubernetes_asyncio.client import ApiClient, Configuration, rest
from kubernetes_asyncio.client.exceptions import ApiException

from warroom.adapters.contain.kubernetes_objects import Pod, Policy, is_alive, pod_of, policy_of
from warroom.core.clean import clean
from warroom.core.ports import AdapterAmbiguous, AdapterFailed
from warroom.core.settings_contain import KubernetesSettings

_PODS = "/api/v1/namespaces/{namespace}/pods"
_POLICIES = "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_TRANSPORT = rest.aiohttp.ClientError  # type: ignore[attr-defined] # errors of its transport come through as they are
_BROKEN = (_TRANSPORT, OSError, ValueError, KeyError, TypeError, AttributeError)
"""What the library raises for an answer that is none, or is not the API server's."""
_NOT_FOUND, _CONFLICT = 404, 409
_OK = {200: "object", 201: "object", 202: "object"}
_SHOWN = 300


class Refused(Exception):
    """The API server answered no; the message is its own."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(clean(text))
        self.status = status


class Taken(Refused):
    """What should be made is there already."""


class Cluster:
    """One namespace, as an async context. Reads raise AdapterFailed; acts raise Refused or AdapterAmbiguous."""

    def __init__(self, settings: KubernetesSettings) -> None:
        self._settings = settings
        self._acted = False

    async def __aenter__(self) -> Cluster:
        try:
            self._client = ApiClient(await asyncio.to_thread(self._configuration))
        except OSError as error:
            file = error.filename or self._settings.ca_file
            raise AdapterFailed(clean(f"{file} cannot be used: {error.strerror or error}")) from error
        self._client.user_agent = "warroom"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    def _configuration(self) -> Configuration:
        # The token of a service account is a file that is renewed: it is read for each operation.
        token = Path(self._settings.token_file).read_text("ascii", "replace").strip()
        made = Configuration(host=self._settings.api.rstrip("/"), api_key={"BearerToken": f"Bearer {token}"})
        if self._settings.api.startswith("https:") and self._settings.ca_file:
            made.ssl_ca_cert = self._settings.ca_file
        return made

    async def version(self) -> str:
        """Return the version of the cluster in words."""
        return clean(f"Kubernetes {(await self._read('/version')).get('gitVersion', '?')}")

    async def pods(self, selector: dict[str, str]) -> list[dict[str, Any]]:
        """Return the pods with these labels that run or will, as they are told, by name."""
        wanted = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
        found = await self._list(_PODS, [("labelSelector", wanted)])
        return sorted(filter(is_alive, found), key=lambda one: str(one["metadata"]["name"]))

    async def pod(self, name: str) -> Pod | None:
        """Return a pod, None when there is none of that name."""
        found = await self._find(f"{_PODS}/{{name}}", name)
        return pod_of(found) if found else None

    async def services(self) -> list[dict[str, Any]]:
        """Return the services of the namespace."""
        return await self._list("/api/v1/namespaces/{namespace}/services")

    async def policies(self) -> list[Policy]:
        """Return the network policies of the namespace."""
        return [policy_of(one) for one in await self._list(_POLICIES)]

    async def policy(self, name: str) -> Policy | None:
        """Return a network policy, None when there is none of that name."""
        found = await self._find(f"{_POLICIES}/{{name}}", name)
        return policy_of(found) if found else None

    async def selector_of(self, owner: str) -> dict[str, Any]:
        """Return the selector of a controller (ReplicaSet/NAME); empty when it is of another kind or gone."""
        kind, _, name = owner.partition("/")
        plural = {"ReplicaSet": "replicasets", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}.get(kind)
        if plural is None:
            return {}
        found = await self._find(f"/apis/apps/v1/namespaces/{{namespace}}/{plural}/{{name}}", name)
        return dict(found.get("spec", {}).get("selector") or {})

    async def may(self, verb: str, resource: str, group: str) -> bool:
        """Ask whether this account may do something here (SelfSubjectAccessReview stores nothing)."""
        asked = {"namespace": self._settings.namespace, "verb": verb, "resource": resource, "group": group}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked},
        }
        return bool((await self._read(_REVIEWS, method="POST", body=body)).get("status", {}).get("allowed", False))

    async def create_policy(self, policy: dict[str, Any], *, dry: bool = False) -> None:
        """Make a network policy and never change one that is there: Taken then."""
        await self._act("POST", _POLICIES, body=policy, dry=dry)

    async def delete_policy(self, policy: Policy) -> None:
        """Remove this very policy; one that is gone is fine."""
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": policy.uid}}
        try:
            await self._act("DELETE", f"{_POLICIES}/{{name}}", policy.name, options)
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise

    async def patch_pod(self, pod: Pod, changes: list[dict[str, Any]], *, dry: bool = False) -> None:
        """Change this very pod: another one of the same name is refused."""
        same = {"op": "test", "path": "/metadata/uid", "value": pod.uid}
        await self._act("PATCH", f"{_PODS}/{{name}}", pod.name, [same, *changes], dry=dry)

    async def _list(self, path: str, query: list[tuple[str, str]] | None = None) -> list[dict[str, Any]]:
        return list((await self._read(path, query=query)).get("items") or [])

    async def _find(self, path: str, name: str) -> dict[str, Any]:
        try:
            return await self._read(path, name)
        except Refused as refused:
            if refused.status != _NOT_FOUND:
                raise self._unread(str(refused)) from refused
            return {}

    async def _read(
        self,
        path: str,
        name: str = "",
        *,
        query: list[tuple[str, str]] | None = None,
        method: str = "GET",
        body: object = None,
    ) -> dict[str, Any]:
        try:
            return await self._call(method, path, name, query or [], body)
        except TimeoutError as error:
            raise self._unread(self._says(f"gives no answer in {self._settings.timeout_s:g} s")) from error
        except ApiException as error:
            if name and error.status == _NOT_FOUND:
                raise Refused(_NOT_FOUND, _words(error)) from error
            raise self._unread(self._says(_words(error))) from error
        except _BROKEN as error:
            raise self._unread(self._says(f"is not reached: {error}")) from error

    async def _act(self, method: str, path: str, name: str = "", body: object = None, *, dry: bool = False) -> None:
        query = [("fieldManager", "warroom")] if method != "DELETE" else []
        try:
            await self._call(method, path, name, [*query, ("dryRun", "All")] if dry else query, body)
            self._acted = self._acted or not dry
        except TimeoutError as error:
            text = f"gives no answer in {self._settings.timeout_s:g} s after the request was sent"
            raise AdapterAmbiguous(self._says(text)) from error
        except ApiException as error:
            if error.status >= 500:
                raise AdapterAmbiguous(self._says(_words(error))) from error
            made = Taken if method == "POST" and error.status == _CONFLICT else Refused
            raise made(error.status, self._says(_words(error))) from error
        except _BROKEN as error:
            raise AdapterAmbiguous(self._says(f"was lost after the request was sent: {error}")) from error

    async def _call(
        self, method: str, path: str, name: str, query: list[tuple[str, str]], body: object
    ) -> dict[str, Any]:
        kind = "application/json-patch+json" if method == "PATCH" else "application/json"
        async with asyncio.timeout(self._settings.timeout_s):
            found = await self._client.call_api(
                path,
                method,
                {"namespace": self._settings.namespace, "name": name},
                query,
                {"Accept": "application/json", "Content-Type": kind},
                body=body,
                response_types_map=_OK,
                auth_settings=["BearerToken"],
                _return_http_data_only=True,
            )
        if not isinstance(found, dict):
            raise ValueError("the answer is no object")
        return found

    def _unread(self, text: str) -> AdapterFailed | AdapterAmbiguous:
        # What cannot be read after an act may be changed.
        return AdapterAmbiguous(f"{text}, after it was changed") if self._acted else AdapterFailed(clean(text))

    def _says(self, text: str) -> str:
        return clean(f"the API server at {self._settings.api} {text}")


def _words(error: ApiException) -> str:
    """Return the message of a Status object, or the beginning of what came instead."""
    body = error.body or ""
    try:
        message = msgspec.json.decode(body)["message"]
    except (msgspec.DecodeError, KeyError, TypeError):
        message = body or error.reason
    return f"answers {error.status}: {clean(str(message), _SHOWN)}"
