"""The history of a case: appended facts, each sealed to the one before.

`hash = SHA-256(prev_hash || canonical JSON)` with the canonical form of RFC 8785, so that anyone
can recompute the chain. Payloads hold text, whole numbers, booleans and lists: a binary float has no
business in evidence. The table refuses UPDATE, DELETE and TRUNCATE by trigger (migration 0001).

Free words may name a person, and the law wants them erased one day: the event seals a salted digest of them
and `event_text` keeps the words, which can go without breaking the chain (docs/decisions/0022).
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson
import rfc8785
from sqlalchemy import DateTime, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

NO_HASH = bytes(32)
# Whole numbers beyond this are not exact in JSON (RFC 8785 §3.2.2.3); rfc8785 refuses them.
MOST_EXACT = 2**53 - 1
MOST_NAMES = 500
_NAMES: set[object] = set()
_SIMPLE = frozenset((str, bool, type(None)))


class EventRow(Base):
    """One appended fact about a case."""

    __tablename__ = "event"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    device_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class EventText(Base):
    """Words of an event that can be erased; `payload.texts` holds SHA-256(salt || UTF-8) of each."""

    __tablename__ = "event_text"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    text: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Salted:
    """Words kept beside an event, and the salt of their digest."""

    name: str
    salt: bytes
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A sealed fact, ready to be stored, with the words kept beside it."""

    case_id: UUID
    seq: int
    kind: str
    actor: str
    at: datetime
    device_at: datetime | None
    payload: dict[str, Any]
    prev_hash: bytes
    hash: bytes
    texts: tuple[Salted, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """What happened, before it has a place in a chain; `texts` are the free words in it, by name."""

    kind: str
    actor: str
    at: datetime
    payload: dict[str, Any]
    device_at: datetime | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """The end of a case's chain."""

    seq: int = 0
    hash: bytes = NO_HASH


def new_salt() -> bytes:
    """Return a salt that keeps a digest from being guessed once its words are erased."""
    return secrets.token_bytes(16)


def salted_digest(salt: bytes, text: str) -> str:
    """Return what an event holds in the place of words."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def seal(case_id: UUID, tail: Tail, *facts: Fact, salt: Callable[[], bytes] = new_salt) -> list[Event]:
    """Return the facts as events that continue a case's chain, in order."""
    events: list[Event] = []
    seq, previous = tail.seq, tail.hash
    for told in facts:
        seq += 1
        texts = tuple(Salted(name=name, salt=salt(), text=said) for name, said in told.texts.items())
        fact = _with_digests(told, texts) if texts else told
        digest = digest_of(case_id, seq, fact, previous)
        events.append(
            Event(
                case_id=case_id,
                seq=seq,
                kind=fact.kind,
                actor=fact.actor,
                at=fact.at,
                device_at=fact.device_at,
                payload=fact.payload,
                prev_hash=previous,
                hash=digest,
                texts=texts,
            )
        )
        previous = digest
    return events


def _with_digests(fact: Fact, texts: tuple[Salted, ...]) -> Fact:
    digests = {each.name: salted_digest(each.salt, each.text) for each in texts}
    return replace(fact, payload={**fact.payload, "texts": digests})


def digest_of(case_id: UUID, seq: int, fact: Fact, previous: bytes) -> bytes:
    """Return the SHA-256 that binds a fact to the one before it (RFC 8785 canonical JSON)."""
    canonical = canonical_json(
        {
            "case_id": str(case_id),
            "seq": seq,
            "kind": fact.kind,
            "actor": fact.actor,
            "at": _instant(fact.at),
            "device_at": _instant(fact.device_at) if fact.device_at else None,
            "payload": fact.payload,
        }
    )
    return hashlib.sha256(previous + canonical).digest()


def canonical_json(value: Any) -> bytes:
    """Return the canonical JSON of RFC 8785.

    For what history holds (text, whole numbers, booleans, lists, ASCII names) orjson with sorted keys writes
    the very same bytes twenty times faster; anything else goes the long way.
    """
    if _is_plain(value):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def _is_plain(value: object) -> bool:
    left = [value]
    while left:
        each = left.pop()
        kind = type(each)
        if kind in _SIMPLE:
            continue
        if isinstance(each, dict):
            if not (each.keys() <= _NAMES or _are_ascii(each)):
                return False
            left.extend(each.values())
        elif kind is list:
            left.extend(cast(list[object], each))
        elif not (isinstance(each, int) and -MOST_EXACT <= each <= MOST_EXACT):
            return False
    return True


def _are_ascii(names: Iterable[object]) -> bool:
    """Tell whether these are names in ASCII, and remember them: a history says few different ones."""
    named = list(names)
    if not all(type(name) is str and name.isascii() for name in named):
        return False
    if len(_NAMES) < MOST_NAMES:
        _NAMES.update(named)
    return True


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
