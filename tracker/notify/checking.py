"""Trying each channel without sending anything to anybody."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.notify import keys
from tracker.notify.channels import opening
from tracker.notify.channels.configuration import Configuration
from tracker.notify.keyring import SealBroken

OFFERED = ("email", "sms")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How one channel answered, in both languages."""

    channel: str
    is_ok: bool
    fr: str
    en: str


def check(session: Session, given: Configuration) -> list[Told]:
    """Connect and sign in where a provider is configured, and open the key of web push.

    A channel that is not configured is told as such and is no failure.
    """
    channels = opening.open_channels(given)
    told = []
    for name in OFFERED:
        channel = channels.get(name)
        if channel is None:
            told.append(Told(channel=name, is_ok=True, fr="non configuré", en="not configured"))
            continue
        with channel.opened() as line:
            probe: Callable[[], None] = line.check  # type: ignore[attr-defined]  # these lines have it
            told.append(_tried(name, probe))
    return [*told, _push(session, given)]


def _tried(name: str, probe: Callable[[], None]) -> Told:
    try:
        probe()
    except Exception as error:  # each provider's library fails in its own ways; all are told
        said = f"{type(error).__name__}: {error}"[:300]
        return Told(channel=name, is_ok=False, fr=said, en=said)
    return Told(channel=name, is_ok=True, fr="répond", en="answers")


def _push(session: Session, given: Configuration) -> Told:
    try:
        pair = keys.load(session, opening.keyring_of(given))
    except SealBroken as error:
        return Told(channel="push", is_ok=False, fr=error.in_french, en=error.in_english)
    if pair is None:
        return Told(
            channel="push", is_ok=True, fr="pas de clés : vigie notify keys", en="no keys: vigie notify keys"
        )
    return Told(channel="push", is_ok=True, fr=f"clé {pair.public[:12]}…", en=f"key {pair.public[:12]}…")
