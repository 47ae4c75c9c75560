"""Waiting without sleeping blindly: poll a condition until a deadline, then fail with what was seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Seen = TypeVar("Seen")
_STEP_S = 0.01


def wait_until(condition: Callable[[], Seen], *, timeout_s: float = 60.0, what: str = "") -> Seen:
    """Return the first truthy value of `condition`; AssertionError naming `what` after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    pause = _PAUSE
    while True:
        seen = condition()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what or condition}; last seen: {seen!r}"
        pause(_STEP_S)


async def eventually(condition: Callable[[], Seen], *, timeout_s: float = 60.0, what: str = "") -> Seen:
    """The same for a running event loop."""
    deadline = time.monotonic() + timeout_s
    tick = asyncio.sleep
    while True:
        seen = condition()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what or condition}; last seen: {seen!r}"
        await tick(_STEP_S)


async def attempted(call: Callable[[], Awaitable[Seen]], *failures: type[Exception], timeout_s: float = 60.0) -> Seen:
    """Return what `call` gives once it raises none of `failures` any more; after `timeout_s` the failure itself."""
    deadline = time.monotonic() + timeout_s
    tick = asyncio.sleep
    while True:
        try:
            return await call()
        except failures:
            if time.monotonic() > deadline:
                raise
        await tick(_STEP_S)


_PAUSE = time.sleep
