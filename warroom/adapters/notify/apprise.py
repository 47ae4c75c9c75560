"""Tell people through one of the services that apprise knows (https://github.com/caronc/apprise); extra `notify`."""

from __future__ import annotations

import asyncio
import re
import warnings

import apprise

from warroom.adapters.contain.http_exchange import MASK
from warroom.adapters.notify.secret_file import Secret, SecretUnreadable, checked_file, keep_out_of_logs, read_secret
from warroom.core.clean import clean
from warroom.core.notice_ports import Sending, Sent
from warroom.core.notices import Notice, notice_fault
from warroom.core.ports import Check, Checked
from warroom.core.settings_notify import AppriseChannel

_SCHEMA = re.compile(rb"([A-Za-z][A-Za-z0-9]{0,30})://\S")
_NOBODY = "nobody was told: "

with warnings.catch_warnings():
    # All services are loaded with the first address; one of them asks for a module that Python is to drop.
    warnings.simplefilter("ignore", DeprecationWarning)
    apprise.Apprise.instantiate("json://localhost")


class AppriseSender:
    """One address a channel, so that each has its own order and its own tries. Only its schema is ever shown."""

    kind = "apprise"

    def __init__(self, settings: AppriseChannel) -> None:
        self._settings = settings
        keep_out_of_logs("apprise", "urllib3")

    def describe(self) -> str:
        """The file of the address, not what it holds."""
        return clean(f"apprise, address in {self._settings.url_file}")

    async def check(self) -> list[Check]:
        """Read the address and ask apprise whether it knows the service; nothing is sent."""
        readable = await checked_file("address file", self._settings.url_file)
        if readable.state is not Checked.OK:
            return [readable]
        secret = await read_secret(self._settings.url_file)
        fault = await asyncio.to_thread(_load_fault, secret, _service())
        state = Checked.FAILED if fault else Checked.OK
        return [readable, Check("service", state, fault or f"{_schema(secret)}://{MASK}")]

    async def send(self, notice: Notice) -> Sent:
        """Try once; no service that fits is dead, all else that fails is tried again."""
        fault = notice_fault(notice)
        if fault:
            return Sent(Sending.DEAD, f"not sent: {fault}")
        try:
            secret = await read_secret(self._settings.url_file)
        except SecretUnreadable as error:
            return Sent(Sending.RETRY, str(error))
        service = _service()
        fault = await asyncio.to_thread(_load_fault, secret, service)
        if fault:
            return Sent(Sending.DEAD, fault)
        where = f"{_schema(secret)} by apprise"
        # apprise knows no idempotency keys: the key stands in the text, so that people know a repeat when they see it.
        result = await service.async_notify(
            body=f"{notice.text}\n[{notice.key}]",
            title=notice.subject,
            body_format=apprise.NotifyFormat.TEXT,
            timeout=self._settings.timeout_s,
        )
        return _outcome(result, where, self._settings.timeout_s)


def _outcome(result: apprise.AppriseResult, where: str, timeout_s: float) -> Sent:
    with result:
        match result.status:
            case apprise.AppriseResultStatus.SUCCESS:
                return Sent(Sending.ACCEPTED, f"{where}: accepted")
            case apprise.AppriseResultStatus.NOMATCH:
                return Sent(Sending.DEAD, f"{_NOBODY}no service is configured for {where}")
            case apprise.AppriseResultStatus.TIMEOUT:
                return Sent(Sending.RETRY, f"{where}: not done within {timeout_s:g} s")
            case apprise.AppriseResultStatus.PARTIAL:
                return Sent(Sending.RETRY, f"{where}: only some of its targets took it")
            case _:
                return Sent(Sending.RETRY, f"{where}: it was refused, or there was no contact")


def _service() -> apprise.Apprise:
    """Return apprise without what it would do on its own: retry in memory, keep files, follow redirects, templates."""
    asset = apprise.AppriseAsset(
        plugin_paths=[],
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        allow_templates=False,
        http_redirects=False,
        interpret_escapes=False,
        interpret_emojis=False,
        default_service_retry=0,
        pgp_autogen=False,
        pem_autogen=False,
        app_id="warroom",
    )
    return apprise.Apprise(asset=asset)


def _load_fault(secret: Secret, service: apprise.Apprise) -> str:
    """Load the address; return why it cannot be used, or the empty text."""
    try:
        address = secret.text
    except SecretUnreadable:
        return f"{_NOBODY}the file must hold one address in one line; give each address its own channel"
    if not _SCHEMA.match(secret.raw) or re.search(r"[,\s]+[A-Za-z][A-Za-z0-9]*://", address):
        return f"{_NOBODY}the file must hold one address such as slack://…; give each address its own channel"
    if not service.add(address):
        return f"{_NOBODY}apprise cannot use this {_schema(secret)} address"
    return ""


def _schema(secret: Secret) -> str:
    found = _SCHEMA.match(secret.raw)
    return found[1].decode("ascii").lower() if found else "unknown"
