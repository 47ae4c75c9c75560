"""Which channels a room has, from its settings. The library of an extra is loaded for who uses it."""

from __future__ import annotations

import importlib

from warroom.adapters.contain.build import ExtraMissing
from warroom.adapters.notify.pagerduty import PagerDutySender
from warroom.adapters.notify.smtp import SmtpSender
from warroom.adapters.notify.webhook import WebhookSender
from warroom.core.notice_ports import Channel
from warroom.core.ports import Clock
from warroom.core.settings_notify import (
    AppriseChannel,
    ChannelSettings,
    NotifySettings,
    PagerDutyChannel,
    SmtpChannel,
    WebhookChannel,
)

__all__ = ["ExtraMissing", "channel_for", "channels_for"]
_APPRISE = "warroom.adapters.notify.apprise"


def channels_for(settings: NotifySettings, clock: Clock) -> dict[str, Channel]:
    """Return the channels by their names in the config; ExtraMissing where a library is not there."""
    return {name: channel_for(one, clock) for name, one in settings.channels.items()}


def channel_for(settings: ChannelSettings, clock: Clock) -> Channel:
    """Return one channel; ExtraMissing where its library is not there."""
    match settings:
        case WebhookChannel():
            return WebhookSender(settings, clock)
        case SmtpChannel():
            return SmtpSender(settings)
        case PagerDutyChannel():
            return PagerDutySender(settings)
        case AppriseChannel():
            return _apprise(settings)


def _apprise(settings: AppriseChannel) -> Channel:
    try:
        module = importlib.import_module(_APPRISE)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "apprise":
            raise
        raise ExtraMissing("the apprise channel needs: pip install 'warroom[notify]'") from error
    made: Channel = module.AppriseSender(settings)
    return made
