"""Who acts: the value that edges make and service verbs receive."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A person, a program or the system, in one role. `ref` is what the history keeps of it."""

    role: str
    ref: str
    name: str = ""
    staff_id: UUID | None = None
    crew_code: str | None = None
    language: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.role not in ("citizen", "partner", "system")


CITIZEN = Actor(role="citizen", ref="citizen")
SYSTEM = Actor(role="system", ref="system")
