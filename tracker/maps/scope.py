"""What a reader may see of the cases on a map: decided once, part of the statement and of the cache's key."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.dispatch import desk as desks
from tracker.http import edge

PUBLIC, STAFF, COURT, CREW = "public", "staff", "court", "crew"
_CLAUSES = {
    PUBLIC: "is_public AND workflow <> ALL(:sealed)",
    STAFF: "workflow <> ALL(:sealed)",
    COURT: "workflow <> ALL(CAST(:sealed AS text[]) || ARRAY[''])",
    CREW: "workflow <> ALL(:sealed)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose eyes: the public sees what any passer-by can, a crew its own cases, the clerk the court's files
    too.
    """

    kind: str
    crew_id: int = 0
    sealed: tuple[str, ...] = families.SEALED

    @property
    def key(self) -> str:
        """Return what tells the answers of this scope from those of another."""
        return f"{self.kind}{self.crew_id or ''}"

    @property
    def is_public(self) -> bool:
        return self.kind == PUBLIC

    @property
    def is_counted(self) -> bool:
        """Tell whether the counts by cell answer for this scope: a crew's are not kept."""
        return self.kind != CREW

    @property
    def clause(self) -> str:
        """Return the condition on `is_public` and `workflow`; its parameters are `values`."""
        return _CLAUSES[self.kind]

    @property
    def case_clause(self) -> str:
        """Return the condition on rows of `case`."""
        return f"{self.clause} AND crew_id = :crew_id" if self.kind == CREW else self.clause

    @property
    def values(self) -> dict[str, object]:
        sealed = [] if self.kind == COURT else list(self.sealed)
        return {"sealed": sealed} | ({"crew_id": self.crew_id} if self.kind == CREW else {})


def current(session: Session) -> Scope:
    """Return the scope of whoever asks."""
    who = edge.actor()
    sealed = families.current(session).sealed
    if not edge.may("case.list"):
        return Scope(kind=PUBLIC, sealed=sealed)
    if who.role == "clerk":
        return Scope(kind=COURT, sealed=sealed)
    if who.role == "crew":
        crew = desks.current(session).by_code.get(who.crew_code or "")
        return Scope(kind=CREW, crew_id=crew.id if crew else -1, sealed=sealed)
    return Scope(kind=STAFF, sealed=sealed)
