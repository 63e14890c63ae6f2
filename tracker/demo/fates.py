"""What becomes of an incident: its case's life, and how the city learns that the others' reports are about
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.catalogue.definitions import Service
from tracker.demo import seeds
from tracker.demo.fate import Act, Life, Means
from tracker.demo.field_fates import FieldWork
from tracker.demo.filings import Filing
from tracker.demo.incidents import Incident, World
from tracker.demo.office_fates import OfficeWork
from tracker.demo.request_plan import StaffNotes

# The moves after which nothing joins a case any more.
CLOSING: Mapping[str, frozenset[str]] = {
    "field_work": frozenset({"complete", "refuse", "cancel", "close_unanswered"}),
    "inspection": frozenset({"find_compliant", "refuse", "cancel"}),
}
_REOPENING = frozenset({"reopen"})


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLife:
    """A case: the report that opened it, its moves, the reports told as the same, and when it joined the
    first case.
    """

    opened_by: Filing
    acts: tuple[Act, ...]
    attached: tuple[tuple[Filing, str], ...] = ()
    joined_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """All cases of one incident, the first report's first."""

    incident: Incident
    cases: tuple[CaseLife, ...]

    @property
    def filings(self) -> tuple[Filing, ...]:
        """Its reports, in the order they came."""
        every = [
            each for case in self.cases for each in (case.opened_by, *(told for told, _ in case.attached))
        ]
        return tuple(sorted(every, key=lambda each: each.order))


class Judge:
    """Decides the cases of one incident after the other, in the order of the incidents."""

    def __init__(self, world: World, notes: StaffNotes) -> None:
        self._world = world
        self._rng = seeds.stream(world.town.seed, "lifecycles")
        self._means = Means(plan=world.plan, notes=notes, rng=self._rng)

    def decide(self, incident: Incident, filings: Sequence[Filing]) -> Outcome:
        """Decide every case of an incident up to the window's end."""
        service = self._world.services[incident.service]
        fate = self._fate(incident, service, filings[0], incident.end)
        fate.live()
        acts = self._past(fate.acts)
        attached: list[tuple[Filing, str]] = []
        others: list[CaseLife] = []
        for filing in filings[1:]:
            how = self._how(service, filing, acts)
            if how in ("attached", "auto_attached"):
                attached.append((filing, how))
                continue
            joined_at = self._joined_at(service, filing, acts) if how == "merged" else None
            others.append(self._other(incident, filing, joined_at))
        first = CaseLife(opened_by=filings[0], acts=acts, attached=tuple(attached))
        return Outcome(incident=incident, cases=(first, *others))

    def _how(self, service: Service, filing: Filing, acts: Sequence[Act]) -> str:
        """Told as the same at once, found by a dispatcher, or a case of its own: by chance, never by our own
        model.

        Where the service says that one thing makes two reports one, the application sees it by itself.
        """
        if not is_open(service, acts, filing.at):
            return "left"
        own = self._world.services[filing.service]
        alike = own.code == service.code and own.duplicates.same == ("asset",)
        if alike and filing.place.method == "asset":
            return "auto_attached"
        ways = self._world.plan.twins.ways
        drawn = self._rng.uniform()
        return "attached" if drawn < ways.same else "merged" if drawn < ways.same + ways.merged else "left"

    def _joined_at(self, service: Service, filing: Filing, acts: Sequence[Act]) -> datetime | None:
        """When a dispatcher joins a twin to the first case; None when that one is closed by then."""
        moment = filing.at + timedelta(hours=float(self._rng.lognormal(1.2, 0.9)))
        is_past = moment <= self._world.window.anchor
        return moment.replace(microsecond=0) if is_past and is_open(service, acts, moment) else None

    def _other(self, incident: Incident, filing: Filing, joined_at: datetime | None) -> CaseLife:
        if joined_at is not None:
            return CaseLife(opened_by=filing, acts=(), joined_at=joined_at)
        fate = self._fate(incident, self._world.services[filing.service], filing, incident.end)
        seen = max(incident.end, filing.at) + timedelta(hours=float(self._rng.lognormal(2.5, 0.8)))
        fate.done_already(seen)
        return CaseLife(opened_by=filing, acts=self._past(fate.acts))

    def _fate(
        self, incident: Incident, service: Service, filing: Filing, done: datetime
    ) -> FieldWork | OfficeWork:
        rota, anchor = self._world.rota, self._world.window.anchor
        life = Life(
            incident=incident,
            service=service,
            first=filing,
            done=done,
            hours=rota.hours(incident.crew),
            is_on_call=rota.is_on_call(incident.crew, service),
            anchor=anchor,
        )
        return (
            FieldWork(self._means, life)
            if service.workflow == "field_work"
            else OfficeWork(self._means, life)
        )

    def _past(self, acts: Sequence[Act]) -> tuple[Act, ...]:
        return tuple(act for act in acts if act.at <= self._world.window.anchor)


def is_open(service: Service, acts: Sequence[Act], moment: datetime) -> bool:
    """Tell whether a case with these moves takes another report at a moment."""
    closing = CLOSING.get(service.workflow, frozenset())
    still = True
    for act in acts:
        if act.at > moment:
            break
        if act.transition in closing:
            still = False
        elif act.transition in _REOPENING:
            still = True
    return still
