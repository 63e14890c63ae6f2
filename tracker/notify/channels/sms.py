"""What every provider of text messages shares: whom to write to, and what is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.notify import addresses
from tracker.notify.channels import segments
from tracker.notify.channels.channel import Message

LONGEST = 640
_KNOWN = text("""
SELECT provider_id FROM delivery WHERE channel = 'sms' AND address = :address AND provider_id IS NOT NULL
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text message: its number in E.164 and its words, with the link when it has one.

    `known`: what the provider called other messages to this number, when an earlier hand-off is in doubt.
    """

    to: str
    body: str
    known: frozenset[str] = frozenset()


def prepare(session: Session, messages: Sequence[Message]) -> list[Message]:
    """Write numbers as E.164; one that cannot exist, or said stop under any spelling, has no target."""
    return [replace(each, target=_target(session, each)) for each in messages]


def _target(session: Session, message: Message) -> Text | None:
    number = addresses.phone(message.address)
    if number is None:
        return None
    if number != message.address and addresses.is_suppressed(session, "sms", number):
        return None
    known = session.scalars(_KNOWN, {"address": message.address}).all() if message.is_unsure else ()
    return Text(to=number, body=body_of(message), known=frozenset(known))


def body_of(message: Message) -> str:
    """Return the short text and its link, in plain typography, at most four segments of seven-bit letters."""
    link = f"\n{message.link}" if message.link else ""
    said = segments.plain(message.short)
    room = max(LONGEST - len(link), 0)
    if len(said) > room:
        said = said[: max(room - 3, 0)].rstrip() + "..."
    return said + link
