"""Contain a bot through its own authenticated control endpoint: fewer rights, or a polite refusal to everybody.

Requests are signed as Standard Webhooks does it (id, timestamp and body under HMAC-SHA256, https://www.standardwebhooks.com).
The id of a request is the id of the action, so the bot may take the same request twice and act once.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain.http_exchange import Answered, Broken, exchange, shown_address
from warroom.core.clean import clean
from warroom.core.model import Plan, Verb
from warroom.core.moments import age_text
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import ControlSettings

OPERATOR = "warroom"
"""Who the bot's own log names for the change."""
_MODES = {Verb.LIMIT: "limited", Verb.DISABLE: "disabled"}
_NORMAL = "normal"
_KEY_LIMIT = 4096
_SHOWN = 200
_EFFECTS = {
    Verb.LIMIT: ["users get answers, fewer a minute; tools of the bot are off"],
    Verb.DISABLE: ["every user gets a refusal (503) at once", "requests under way end as the bot ends them"],
}


class _State(msgspec.Struct, frozen=True):
    """Body of a request for a mode."""

    mode: str
    expires_in: float | None
    operator: str


class ControlAdapter:
    """Signed POST to the control endpoint; verbs limit and disable. The expiry runs in the bot, not here."""

    kind = "control"

    def __init__(
        self, bot: str, settings: ControlSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """The configured ones of limit and disable."""
        return frozenset(self._settings.verbs) & frozenset(_MODES)

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return the request as it will leave, without its signature; AdapterFailed when the key cannot be used."""
        if verb not in self.verbs():
            raise AdapterFailed(f"the control endpoint of {self._bot} is not configured to {verb}")
        await self._key()
        where = clean(shown_address(self._settings.url))
        effects = list(_EFFECTS[verb])
        if expires_s is not None:
            effects.append(f"the bot itself goes back to normal after {age_text(expires_s)}, also without this engine")
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                f"POST {where}",
                "content-type: application/json",
                "webhook-id: <id of the action>",
                "webhook-timestamp: <unix seconds when sent>",
                "webhook-signature: v1,<signed when sent>",
                clean(_body(_MODES[verb], expires_s)),
            ],
            effects=effects,
            undo=f"POST {where} {clean(_body(_NORMAL, None))}, id <id of the action>-release",
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            instances=[f"whoever answers at {where}"],
        )

    def needs(self) -> list[Need]:
        """The key file and an endpoint within reach."""
        return [
            Need("file", self._settings.key_file, "signs the requests; readable by the engine's account alone"),
            Need("address", clean(shown_address(self._settings.url)), "takes the signed requests"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Read the key, then ask the endpoint for its state with a signature."""
        try:
            await self._key()
        except AdapterFailed as error:
            return [Check("key file", Checked.FAILED, str(error))]
        checks = [Check("key file", Checked.OK, clean(self._settings.key_file))]
        try:
            answer = await self._send("GET", f"check-{self._clock.now():.3f}", b"")
        except (AdapterFailed, AdapterAmbiguous) as error:
            return [*checks, Check("endpoint", Checked.FAILED, str(error))]
        return [*checks, Check("endpoint", Checked.OK, clean(answer.body.decode("utf-8", "replace"), _SHOWN))]

    async def observe(self, verb: Verb) -> Observation:
        """Return what the endpoint says of itself."""
        try:
            answer = await self._send("GET", f"observe-{self._clock.now():.3f}", b"")
        except (AdapterFailed, AdapterAmbiguous) as error:
            return Observation(str(error), self._clock.now())
        return Observation(clean(answer.body.decode("utf-8", "replace"), _SHOWN), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return what the endpoint says of the bot's state; raises as `apply` does."""
        key = f"snapshot-{self._clock.now():.3f}"
        answer = await self._send("GET", key, b"")
        return [(f"{self._bot}-control-state.json", answer.body)]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Ask for the plan's mode.

        Raises AdapterFailed when nothing was sent or the bot said no (4xx), AdapterAmbiguous when contact was lost
        after sending, the bot broke (5xx) or led elsewhere (3xx).
        """
        mode = _MODES.get(plan.verb)
        if mode is None:
            raise AdapterFailed(f"{plan.verb} is not an act of the control endpoint")
        return _receipt(await self._send("POST", key, _body(mode, plan.expires_s)))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Ask for normal operation; raises as `apply` does."""
        return _receipt(await self._send("POST", f"{key}-release", _body(_NORMAL, None)))

    async def _send(self, method: str, message_id: str, body: bytes) -> Answered:
        secret = await self._key()
        timestamp = str(int(self._clock.now()))
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(secret, message_id, timestamp, body),
        }
        outcome = await exchange(
            method, self._settings.url, headers=headers, content=body, timeout_s=self._settings.timeout_s
        )
        return taken(outcome, self._settings.url, self._settings.key_file)

    async def _key(self) -> bytes:
        return await asyncio.to_thread(read_key, Path(self._settings.key_file))


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """Return `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def read_key(path: Path) -> bytes:
    """Return the key without white space around it; AdapterFailed when it is absent, empty or others may read it."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(file)
            content = os.read(file, _KEY_LIMIT + 1) if stat.S_ISREG(found.st_mode) else b""
        finally:
            os.close(file)
    except OSError as error:
        raise AdapterFailed(f"the key file {path} cannot be read: {error.strerror}; nothing was sent") from error
    except ValueError as error:
        raise AdapterFailed(f"no file can have the name {clean(str(path), 200)}; nothing was sent") from error
    if found.st_mode & 0o077:
        raise AdapterFailed(f"others may read the key file {path}; do: chmod 600 {path}; nothing was sent")
    key = content.strip()
    if not key or len(content) > _KEY_LIMIT:
        raise AdapterFailed(f"{path} holds no key (one line, at most {_KEY_LIMIT} bytes); nothing was sent")
    return key


def _body(mode: str, expires_s: float | None) -> bytes:
    # Whole seconds as a whole number: some endpoints read nothing else.
    whole = int(expires_s) if expires_s is not None and expires_s == int(expires_s) else expires_s
    return msgspec.json.encode(_State(mode, whole, OPERATOR))


def taken(outcome: Answered | Broken, url: str, key_file: str) -> Answered:
    """Return the answer of a side that took the signed request (2xx); raise what anything else means.

    Raises AdapterFailed when nothing was sent or the answer is a no (4xx), AdapterAmbiguous when contact was lost after
    sending, the other side broke (5xx), or it led elsewhere (3xx), which many do once they have acted.
    """
    where = shown_address(url)
    match outcome:
        case Broken(how=how, text=text) if how.sent:
            raise AdapterAmbiguous(clean(f"{where}: {text} after the request was sent"))
        case Broken(text=text):
            raise AdapterFailed(clean(f"{where}: {text}; nothing was sent"))
        case Answered(status=status) if 200 <= status < 300:
            return outcome
        case Answered(status=status, body=body) if status >= 500:
            raise AdapterAmbiguous(clean(f"{where} answers {status}: {clean(body, _SHOWN)}"))
        case Answered(status=status) if status < 400:
            advice = "where it leads is not followed and says nothing: name the address that acts"
            raise AdapterAmbiguous(clean(f"{where} answers {status}; {advice}"))
        case Answered(status=401 | 403 as status):
            hint = f"does the other side have the key of {key_file}, and do both clocks agree?"
            raise AdapterFailed(clean(f"{where} answers {status} and changed nothing; {hint}"))
        case Answered(status=status, body=body):
            raise AdapterFailed(clean(f"{where} answers {status} and changed nothing: {clean(body, _SHOWN)}"))


def _receipt(answer: Answered) -> Receipt:
    return Receipt(clean(f"the bot answers {answer.status}: {clean(answer.body, _SHOWN)}"))
