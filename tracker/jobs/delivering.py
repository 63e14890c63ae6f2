"""Handing what waits to be delivered to its channels: the one seam to `tracker.notify.sending`."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import Engine

from tracker.config import Settings
from tracker.jurisdictions import service as jurisdictions
from tracker.jurisdictions.models import Jurisdiction
from tracker.notify import sending
from tracker.notify.channels import opening
from tracker.notify.channels.channel import Channel
from tracker.notify.channels.configuration import SettingInvalid

Sender = Callable[[Engine, str, datetime], int]
"""Hand over what is due in one jurisdiction; return how many deliveries were tried."""

log = structlog.get_logger()


def sender(settings: Settings) -> Sender:
    """Return what sends, by the channels that the settings describe for each jurisdiction.

    A jurisdiction whose settings are unsound sends nothing and says so: its deliveries wait.
    """
    opened: dict[str, Mapping[str, Channel]] = {}

    def send(engine: Engine, code: str, now: datetime) -> int:
        if code not in opened:
            opened[code] = _channels(settings, jurisdictions.named(engine, code))
        return sending.send_due(engine, code, opened[code], now).total

    return send


def _channels(settings: Settings, town: Jurisdiction) -> Mapping[str, Channel]:
    try:
        return opening.of_town(town, settings)
    except SettingInvalid as wrong:
        log.error("channels.unsound", jurisdiction=town.code, why=str(wrong))
        return {}
