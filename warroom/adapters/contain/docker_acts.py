"""What is done to a container for each verb, and how exactly that is undone."""

from __future__ import annotations

from warroom.adapters.contain.docker_container import NO_RESTART, Attachment, Container
from warroom.adapters.contain.docker_daemon import Daemon, Refused
from warroom.core.ports import AdapterAmbiguous, AdapterFailed


async def isolate(daemon: Daemon, before: Container, now: Container) -> str:
    """Take it out of all networks; what was left is joined again when docker refuses one of them."""
    known = {network.id for network in before.networks}
    strange = [network for network in now.networks if network.id not in known]
    if strange:
        raise AdapterFailed(f"{now.label} joined {_names(strange)} since the plan was made; plan again")
    left: list[Attachment] = []
    for network in now.networks:
        try:
            await daemon.disconnect(now.id, network.id)
        except Refused as refused:
            await _take_back(daemon, now, left, refused)
            raise AdapterFailed(f"{refused}; it is in its networks as before") from refused
        left.append(network)
    rest = (await daemon.container(now.id)).networks
    if rest:
        raise AdapterAmbiguous(f"{now.label} is in {_names(rest)} although docker took it out: who puts it back?")
    return f"{now.label} left {_names(left)}" if left else f"{now.label} is in no network, as before"


async def _take_back(daemon: Daemon, now: Container, left: list[Attachment], cause: Refused) -> None:
    for network in left:
        try:
            await daemon.connect(now.id, network, same_address=True)
        except Refused as refused:
            raise AdapterAmbiguous(
                f"{cause}; and {network.name}, which it left, takes it no more: {refused}"
            ) from cause


async def join_again(daemon: Daemon, before: Container) -> str:
    """Put it into the networks of the plan that it is not in; says so where an address could not be had again."""
    now = await daemon.container(before.id)
    inside = {network.id for network in now.networks}
    told: list[str] = []
    failed: list[str] = []
    for network in before.networks:
        if network.id in inside:
            continue
        try:
            told.append(await _connect(daemon, now.id, network))
        except Refused as refused:
            failed.append(f"not {network.name}: {refused}")
    if failed and told:
        raise AdapterAmbiguous(f"{now.label} joined {', '.join(told)}, but {'; '.join(failed)}; connect it by hand")
    if failed:
        raise AdapterFailed(f"{now.label} is still in none of them: {'; '.join(failed)}; connect it by hand")
    return f"{now.label} joined {', '.join(told)}" if told else f"{now.label} is in all its networks, as before"


async def _connect(daemon: Daemon, container: str, network: Attachment) -> str:
    try:
        await daemon.connect(container, network, same_address=True)
    except Refused:
        # A network without a subnet of its own gives no wished addresses, and the address may be taken by now.
        await daemon.connect(container, network, same_address=False)
        return f"{network.name} (at another address than {network.address or 'before'})"
    return network.name


async def freeze(daemon: Daemon, now: Container) -> str:
    """Pause it; a container that is paused already is left as it is."""
    if now.paused:
        return f"{now.label} is paused already"
    try:
        await daemon.pause(now.id)
    except Refused as refused:
        # Somebody else may have been faster: docker refuses a second pause.
        if not (await daemon.container(now.id)).paused:
            raise AdapterFailed(f"{refused}; it runs as before") from refused
    return f"{now.label} is paused"


async def thaw(daemon: Daemon, before: Container) -> str:
    """Let it run on, unless it was paused before the plan."""
    now = await daemon.container(before.id)
    if not now.running:
        raise AdapterFailed(f"{now.label} ended while it was paused; start it again: docker start {now.name}")
    if before.paused:
        return f"{now.label} was paused before and stays so"
    if not now.paused:
        return f"{now.label} runs already"
    try:
        await daemon.resume(now.id)
    except Refused as refused:
        if (await daemon.container(now.id)).paused:
            raise AdapterFailed(str(refused)) from refused
    return f"{now.label} runs again"


async def stop(daemon: Daemon, now: Container, grace_s: float) -> str:
    """Take its restart policy away, then end it; the policy comes back when docker refuses to end it."""
    if not now.running:
        return f"{now.label} is stopped already"
    keeps = now.restart.name in ("", "no")
    try:
        if not keeps:
            await daemon.set_restart(now.id, NO_RESTART)
    except Refused as refused:
        raise AdapterFailed(f"{refused}; it runs as before") from refused
    try:
        await daemon.stop(now.id, grace_s)
    except Refused as refused:
        await _give_back(daemon, now, refused)
        raise AdapterFailed(f"{refused}; it runs as before") from refused
    if now.auto_remove:
        return f"{now.label} has ended, and docker removes it"
    if (await daemon.container(now.id)).running:
        raise AdapterAmbiguous(f"{now.label} runs although docker stopped it: who starts it?")
    return f"{now.label} has ended" + ("" if keeps else f", and restart policy {now.restart.name} is off")


async def _give_back(daemon: Daemon, now: Container, cause: Refused) -> None:
    try:
        await daemon.set_restart(now.id, now.restart)
    except Refused as refused:
        raise AdapterAmbiguous(f"{cause}; and its restart policy is no more {now.restart.name}: {refused}") from cause


async def start(daemon: Daemon, before: Container) -> str:
    """Start it and give it the restart policy of the plan; a pause from before the plan comes back too."""
    now = await daemon.container(before.id)
    try:
        if not now.running:
            await daemon.start(now.id)
            if before.paused:
                await daemon.pause(now.id)
        if now.restart != before.restart:
            await daemon.set_restart(now.id, before.restart)
    except Refused as refused:
        raise AdapterFailed(str(refused)) from refused
    return f"{now.label} runs" + (" already" if now.running else " again")


def _names(networks: list[Attachment]) -> str:
    return ", ".join(network.name for network in networks)
