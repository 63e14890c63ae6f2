"""Who hears a notice: each human being once per event, only what they may know."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from tracker.cases import families
from tracker.notify import book
from tracker.notify.calls import Call, Told
from tracker.notify.persons import Person
from tracker.workflow import Machine


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    """Everybody who could be told of some cases: by case, but for the staff."""

    reporters: Mapping[UUID, list[Person]]
    subscribers: Mapping[UUID, list[Person]]
    staff: Iterable[Person]

    def every_reporter(self) -> Iterator[Person]:
        for people in self.reporters.values():
            yield from people


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What decides who may know of a case."""

    machine: Machine
    crew_code: str | None
    is_public: bool

    @property
    def is_sealed(self) -> bool:
        return self.machine.family in families.SEALED

    @property
    def is_open_to_all(self) -> bool:
        return self.is_public and self.machine.visibility == "public" and not self.is_sealed


def of(
    told: Told, calls: Iterable[Call], standing: Standing, circle: Circle
) -> Iterator[tuple[Call, Person]]:
    """Yield who is told what of an event: everybody once, by the first notice that is for them.

    Two people with one address are one human being. Whoever muted everything, or did the thing
    themselves as staff, is told nothing.
    """
    keys: set[str] = set()
    identities: set[str] = set()
    for call in calls:
        for person in _audience(told, call, standing, circle):
            if person.is_muted or person.key in keys or person.identities & identities:
                continue
            if person.kind == "staff" and person.key == told.actor:
                continue
            keys.add(person.key)
            identities |= person.identities
            yield call, person


def _audience(told: Told, call: Call, standing: Standing, circle: Circle) -> Iterator[Person]:
    wanted = set(call.notice.to)
    if wanted & {"reporter", "reporters", "people", "public"}:
        yield from _reporters(told, call, circle)
    if wanted & {"people", "public"} and not call.only_reports:
        yield from _subscribers(told, standing, circle, area=False)
    if wanted & {"public", "area"} and not call.only_reports:
        yield from _subscribers(told, standing, circle, area=True)
    roles = wanted & book.STAFF_ROLES
    if roles and standing.is_sealed:
        roles = {"clerk"}
    for person in circle.staff:
        if person.role in roles and (person.role != "crew" or person.crew_code == standing.crew_code):
            yield person


def _reporters(told: Told, call: Call, circle: Circle) -> Iterator[Person]:
    if call.numbers is not None:
        yield from (person for person in circle.every_reporter() if person.number in call.numbers)
    elif call.reports is not None:
        yield from (person for person in circle.every_reporter() if person.report_id in call.reports)
    else:
        yield from circle.reporters.get(told.case.id, ())


def _subscribers(told: Told, standing: Standing, circle: Circle, *, area: bool) -> Iterator[Person]:
    """Yield followers of the case, or subscribers around it. What not everybody may see, only staff hears."""
    roles = {person.key: person for person in circle.staff}
    for person in circle.subscribers.get(told.case.id, ()):
        if (person.subject != "case") != area:
            continue
        if person.kind == "staff":
            if _may_read(roles.get(person.key), standing):
                yield person
        elif standing.is_open_to_all:
            yield person


def _may_read(member: Person | None, standing: Standing) -> bool:
    """Tell whether somebody of the staff may still read a case that they follow."""
    if member is None or (standing.is_sealed and member.role != "clerk"):
        return False
    return member.role != "crew" or member.crew_code == standing.crew_code
