"""An API server on loopback with the shapes of the real one, a controller that keeps replicas, and a network plugin.

What the real one does and this one too: a second create is 409, what is not there 404, a token without the right 403,
a patch whose test fails 422, a precondition that fails 409, and `dryRun=All` answers the same and stores nothing.
"""

from __future__ import annotations

import contextlib
import copy
import http.server
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.kubernetes import KubernetesAdapter
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import KubernetesSettings

CLOCK = SystemClock()
TOKEN = "a-token-of-the-test"
CHAT = "/v1/chat"
_CORE = {"pods", "services"}
_OBJECTS = re.compile(r"/(?:api/v1|apis/[a-z0-9.]+/v1)/namespaces/bots/(\w+)(?:/([a-z0-9.-]+))?")
_KINDS = {"pods": "Pod", "services": "Service", "networkpolicies": "NetworkPolicy", "replicasets": "ReplicaSet"}


class Status(Exception):
    """An answer that is not the object."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class FakeCluster:
    """Namespace `bots`: its objects by kind and name, who may do what, and whether policies count."""

    def __init__(self, folder: Path) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in _KINDS}
        self.forbidden: set[str] = set()
        """`VERB KIND` that the account may not do."""
        self.enforces = True
        """Whether the network plugin knows policies."""
        self.drops: set[str] = set()
        """`VERB KIND` after which the connection ends without an answer."""
        self.seen: list[str] = []
        """Method and path of every request, in order."""
        self.ended = threading.Event()
        self._made = 0
        self._lock = threading.Lock()
        self.token_file = folder / "token"
        self.token_file.write_text(f"{TOKEN}\n")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.api = f"http://127.0.0.1:{self.server.server_port}"
        self.url = self.api + CHAT

    def put(self, kind: str, name: str, spec: dict[str, Any], **meta: Any) -> dict[str, Any]:
        """Store an object as somebody else does it."""
        with self._lock:
            made = self._store(kind, {"metadata": {"name": name, **meta}, "spec": spec})
            self._reconcile()
            return made

    def deploy(self, labels: dict[str, str], *, selector: dict[str, str], replicas: int = 2, **spec: Any) -> None:
        """Start pods by a ReplicaSet, and a service that finds them by all of these labels."""
        template = {"labels": labels, "spec": {"containers": [_CONTAINER], **spec}}
        rule = {"matchLabels": selector}
        self.put("replicasets", "support-7d9", {"replicas": replicas, "selector": rule, "template": template})

    def labels(self) -> dict[str, dict[str, str]]:
        """Labels of each pod."""
        return {name: dict(pod["metadata"]["labels"]) for name, pod in self.objects["pods"].items()}

    def remove_pod(self, name: str) -> None:
        """End a pod, as an eviction does."""
        with self._lock:
            del self.objects["pods"][name]
            self._reconcile()

    def answers(self) -> bool:
        """Whether some pod behind the service answers to a user."""
        with self._lock:
            rule = {"matchLabels": self.objects["services"]["support"]["spec"]["selector"]}
            pods = self.objects["pods"].values()
            return any(_fits(rule, pod["metadata"]["labels"]) and self._reachable(pod) for pod in pods)

    def _reachable(self, pod: dict[str, Any]) -> bool:
        # Policies add up: one that selects the pod closes it, any that selects it and has a rule opens it.
        policies = [one["spec"] for one in self.objects["networkpolicies"].values()]
        mine = [one for one in policies if _fits(one.get("podSelector", {}), pod["metadata"]["labels"])]
        closed = [one for one in mine if "Ingress" in one.get("policyTypes", ["Ingress"])]
        return not self.enforces or not closed or any(one.get("ingress") for one in closed)

    def _store(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        self._made += 1
        body["metadata"].setdefault("labels", {})
        body["metadata"].update(uid=f"00000000-0000-4000-8000-{self._made:012d}", namespace="bots")
        self.objects[kind][body["metadata"]["name"]] = body
        return body

    def _reconcile(self) -> None:
        """As the controllers do: let go of pods that fit no more, start missing ones, end those too many."""
        for one in self.objects["replicasets"].values():
            owner = {"kind": "ReplicaSet", "name": one["metadata"]["name"], "uid": one["metadata"]["uid"]}
            mine = []
            for pod in self.objects["pods"].values():
                fits = _fits(one["spec"]["selector"], pod["metadata"]["labels"])
                pod["metadata"]["ownerReferences"] = [{**owner, "controller": True}] if fits else []
                mine += [pod["metadata"]["name"]] if fits else []
            for name in mine[one["spec"]["replicas"] :]:
                del self.objects["pods"][name]
            for _ in range(one["spec"]["replicas"] - len(mine)):
                template = copy.deepcopy(one["spec"]["template"])
                meta = {"name": f"support-7d9-{self._made:05d}", "labels": template["labels"]}
                meta["ownerReferences"] = [{**owner, "controller": True}]
                pod = self._store("pods", {"metadata": meta, "spec": template["spec"]})
                pod["status"] = {"phase": "Running"}

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, dict[str, Any]]:
        """Return code and object of a request; Status when it is refused."""
        if path == "/version":
            return 200, {"gitVersion": "v1.31.0"}
        if path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":
            asked = body["spec"]["resourceAttributes"]
            return 201, {"status": {"allowed": f"{asked['verb']} {asked['resource']}" not in self.forbidden}}
        match = _OBJECTS.fullmatch(path)
        if match is None or match[1] not in _KINDS:
            raise Status(404, "the server could not find the requested resource")
        kind, name = match[1], match[2] or ""
        verb = {"GET": "get" if name else "list", "POST": "create", "PATCH": "patch", "DELETE": "delete"}[method]
        if f"{verb} {kind}" in self.forbidden:
            raise Status(403, f'{kind} is forbidden: User "warroom" cannot {verb} resource "{kind}"')
        with self._lock:
            kept = copy.deepcopy(self.objects)
            try:
                return self._do(verb, kind, name, query, body)
            finally:
                if query.get("dryRun") == "All":
                    self.objects = kept
                else:
                    self._reconcile()

    def _do(self, verb: str, kind: str, name: str, query: dict[str, str], body: Any) -> tuple[int, dict[str, Any]]:
        found = self.objects[kind]
        if verb == "list":
            wanted = dict(pair.split("=", 1) for pair in query.get("labelSelector", "").split(",") if pair)
            items = [one for one in found.values() if _fits({"matchLabels": wanted}, one["metadata"]["labels"])]
            return 200, {"kind": f"{_KINDS[kind]}List", "items": copy.deepcopy(items)}
        if verb == "create":
            if body["metadata"]["name"] in found:
                raise Status(409, f'{kind} "{body["metadata"]["name"]}" already exists')
            return 201, self._store(kind, body)
        if name not in found:
            raise Status(404, f'{kind} "{name}" not found')
        if verb == "delete":
            if (
                body.get("preconditions", {}).get("uid", found[name]["metadata"]["uid"])
                != found[name]["metadata"]["uid"]
            ):
                raise Status(409, "the UID in the precondition does not match the UID in record")
            del found[name]
            return 200, {"kind": "Status", "status": "Success"}
        if verb == "patch":
            _patch(found[name], body)
        return 200, copy.deepcopy(found[name])


_CONTAINER = {"name": "bot", "image": "support:1.4", "env": [{"name": "API_KEY", "value": "a-secret-of-the-bot"}]}


def _patch(target: dict[str, Any], changes: list[dict[str, Any]]) -> None:
    """Apply a JSON patch (RFC 6902) as a whole or not at all."""
    work = copy.deepcopy(target)
    for change in changes:
        *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in change["path"].split("/")[1:]]
        inner = work
        for part in parents:
            inner = inner[part]
        missing = change["op"] in ("test", "remove") and last not in inner
        if missing or (change["op"] == "test" and inner[last] != change["value"]):
            raise Status(422, "the server rejected our request due to an error in our request")
        if change["op"] == "add":
            inner[last] = change["value"]
        elif change["op"] == "remove":
            del inner[last]
    target.clear()
    target.update(work)


def _fits(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    rules = selector.get("matchExpressions", [])
    return wanted and all(labels.get(rule["key"]) in rule["values"] for rule in rules)


def _handler(cluster: FakeCluster) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            raw = self.rfile.read(int(self.headers.get("content-length", "0")))
            where = urllib.parse.urlsplit(self.path)
            if where.path == CHAT:
                if cluster.answers():
                    self._say(200, {})
                else:
                    # Packets that a policy drops are not answered at all.
                    cluster.ended.wait(120)
                    self.close_connection = True
                return
            cluster.seen.append(f"{self.command} {self.path}")
            if self.headers.get("authorization") != f"Bearer {TOKEN}":
                self._say(401, {"kind": "Status", "message": "Unauthorized", "code": 401})
                return
            if self.command == "PATCH" and self.headers["content-type"] != "application/json-patch+json":
                self._say(415, {"kind": "Status", "message": "unsupported media type", "code": 415})
                return
            try:
                query = dict(urllib.parse.parse_qsl(where.query))
                code, body = cluster.answer(self.command, where.path, query, json.loads(raw) if raw else {})
            except Status as status:
                code, body = status.code, {"kind": "Status", "message": str(status), "code": status.code}
            if any(self.command == drop.split()[0] and drop.split()[1] in where.path for drop in cluster.drops):
                self.close_connection = True
                return
            self._say(code, body)

        do_GET = do_POST = do_PATCH = do_DELETE = _take

        def _say(self, code: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@contextlib.contextmanager
def kubernetes_bot(folder: Path, *, serving: bool = True, replicas: int = 2, **spec: Any) -> Iterator[FakeCluster]:
    """Run the server with a bot of some pods and its service.

    `serving` gives the pods a label that only the service looks for; without it the service looks for `app` alone.
    """
    cluster = FakeCluster(folder)
    labels = {"app": "support", **({"serving": "yes"} if serving else {})}
    cluster.deploy(labels, selector={"app": "support"}, replicas=replicas, **spec)
    cluster.put("services", "support", {"selector": labels})
    thread = threading.Thread(target=cluster.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield cluster
    finally:
        cluster.ended.set()
        cluster.server.shutdown()
        cluster.server.server_close()
        thread.join()


def adapter_for(cluster: FakeCluster, bot: str = "support", **changed: Any) -> KubernetesAdapter:
    """The adapter of a bot whose pods are those of the cluster."""
    settings = KubernetesSettings(
        cluster.api, "bots", {"app": "support"}, token_file=str(cluster.token_file), timeout_s=PATIENCE_S
    )
    return KubernetesAdapter(bot, msgspec.structs.replace(settings, **changed), CLOCK, lambda verb: f"ask {verb}")


async def verdict(cluster: FakeCluster, *, cut: bool = False) -> Verdict:
    """One look at the bot, as its users see it; who looks for a cut waits no longer than that takes."""
    settings = ProbeSettings(cluster.url, timeout_s=0.25 if cut else PATIENCE_S)
    return (await HttpProbe(settings, CLOCK).look(Verb.ISOLATE)).verdict


async def done(adapter: KubernetesAdapter) -> Plan:
    """Plan and do it."""
    plan = await adapter.plan(Verb.ISOLATE, None)
    await adapter.apply(plan, "ACT-001")
    return plan
