"""Which on-call team answers for what (domain.md §6): roads, water, buildings, electricity."""

from tracker.workflow import Words

DOMAINS = {
    "roads": Words(fr="Voirie", en="Roads"),
    "water": Words(fr="Eau", en="Water"),
    "buildings": Words(fr="Bâtiments", en="Buildings"),
    "electricity": Words(fr="Électricité", en="Electricity"),
}
ALL = "all"
RANKS = {
    "first": Words(fr="De garde", en="On call"),
    "second": Words(fr="En second", en="Second"),
    "supervisor": Words(fr="Superviseur", en="Supervisor"),
    "director": Words(fr="Directeur", en="Director"),
}
_BY_DEPARTMENT = {"HM": "water", "LOI": "buildings"}
_BY_SKILL = {"elec": "electricity", "aqu": "water", "ego": "water", "bat": "buildings"}


def domain_of(department: str, skill: str | None) -> str:
    """Return the domain that answers for a service: by its skill, by its department, else the roads."""
    return _BY_SKILL.get(skill or "") or _BY_DEPARTMENT.get(department, "roads")
