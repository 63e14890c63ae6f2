"""The values timers are worked out from, and the timers themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """An event of a case's history."""

    seq: int
    kind: str
    at: datetime
    actor: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """A case as it stands, with its history, the first event first."""

    id: UUID
    status: str
    is_open: bool
    priority: int
    has_crew: bool
    opened_at: datetime
    respond_by: datetime | None
    resolve_by: datetime | None
    responded_at: datetime | None
    respond_in_business_time: bool
    resolve_in_business_time: bool
    events: tuple[Happened, ...]
    adopted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A timer: what, when, in which status (any when None), the transition it makes, and who set it.

    `nth` tells apart two of one name set by one event, a partner chased twice.
    """

    name: str
    due_at: datetime
    status: str | None
    set_by: int
    set_at: datetime
    fires: str | None = None
    nth: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, int]:
        """Return what tells this timer from the others of its case."""
        return self.name, self.set_by, self.nth

    def id_for(self, case_id: UUID) -> UUID:
        """Return the one identifier this timer can have: it is never set twice."""
        return uuid5(NAMESPACE_OID, f"{case_id}/{self.name}/{self.set_by}/{self.nth}")
