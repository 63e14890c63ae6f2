"""Everything the guards may ask about a case, as plain values gathered by the case service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known when somebody asks for a transition.

    Times are aware; `now` is in the jurisdiction's zone, since days are counted there. Distances are
    metres. What is not told is taken as not so: every default is the one that refuses.
    """

    now: datetime
    role: str
    inputs: Mapping[str, object] = field(default_factory=dict)
    service_code: str = ""
    priority: str = "P3"

    # receipt
    service_active: bool = False
    location_met: bool = False
    missing_answers: tuple[str, ...] = ()
    duplicates_checked: bool = False
    idempotent: bool = False

    # triage
    rule_id: str | None = None
    owner_resolved: bool = False
    is_duplicate: bool = False
    contactable: bool = False
    crew_skills: frozenset[str] = frozenset()
    required_skill: str | None = None
    crew_on_shift: bool = False
    crew_minutes_left: int | None = None
    crew_rested: bool = False
    job_minutes: int = 0
    new_service_exists: bool = False
    new_service_family: str = ""
    department: str = ""
    district: str = ""
    departments: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()

    # work
    distance_m: float | None = None
    photos: int = 0
    photos_after: int = 0
    device_at: datetime | None = None
    received_at: datetime | None = None
    started_at: datetime | None = None  # of the present round of work: a reopened case has not started
    completed_at: datetime | None = None  # when the work was done, or a question answered
    closed_at: datetime | None = None
    resolve_by: datetime | None = None
    outcome: str | None = None  # what the crew said of the work, before this move

    # how often
    reopens: int = 0  # by citizens
    reschedules: int = 0
    extensions: int = 0

    # people
    is_reporter: bool = False
    reports_count: int = 1
    thumbs_up: bool = False
    thumbs_down_open: bool = False
    actor_concerned: bool = False

    # duplicates
    parent_in_jurisdiction: bool = False
    parent_is_child: bool = False
    parent_is_self: bool = False
    children: int = 0
    marked_at: datetime | None = None

    # permits, bookings
    paid: bool = False  # nothing is left to pay
    slot_free: bool = False
    needs_approval: bool = True
    offered_at: datetime | None = None
    issued_at: datetime | None = None  # or renewed
    is_grounded: bool = False  # the request or service complained about exists

    @property
    def today(self) -> date:
        """Return the local date."""
        return self.now.date()

    def said(self, name: str) -> str:
        """Return a text input, stripped; empty when it was not given."""
        value = self.inputs.get(name)
        return value.strip() if isinstance(value, str) else ""

    def effective_time(self) -> datetime:
        """Return when the thing was really done: the device's time, kept within what is possible.

        A tablet without signal tells the true time of completion long after; a wrong clock must not
        end the work before it began, nor in the future.
        """
        told = min(self.device_at or self.now, self.now)
        earliest = self.started_at or self.received_at
        return max(told, min(earliest, self.now)) if earliest else told
