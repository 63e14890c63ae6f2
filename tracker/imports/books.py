"""What every row of an import is held against: the town's catalogue, workflows, calendar and numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.cases.families import Families
from tracker.catalogue import queries as catalogue
from tracker.catalogue.conditions import facts
from tracker.catalogue.definitions import RESOLVE, RESPOND, Service
from tracker.catalogue.promises import Standard
from tracker.catalogue.queries import Loaded
from tracker.db import Selected, selected
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.desk import Desk
from tracker.imports import errors
from tracker.imports.mapping import Mapping
from tracker.workflow import Machine

# What stands for an open status in a family that does not have it.
FIRST_STEPS = ("received", "filed", "confirmed")
KINDS = (RESPOND, RESOLVE)
DAYS = ("business_days", "calendar_days")

_NUMBERS = text("SELECT nextval('number_seq') FROM generate_series(1, :count)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """The reference data of one transaction."""

    town: Selected
    loaded: Loaded
    families: Families
    desk: Desk
    mapping: Mapping
    due: Callable[[str, datetime], datetime]

    def service(self, code: str) -> Service:
        return self.loaded.catalogue.service(code)

    def status(self, service: Service, wanted: str, *, is_open: bool) -> str:
        """Return the status of this service's workflow that says the same as the mapping's word."""
        machine = self.machine(service)
        if wanted in machine.states and machine.states[wanted].is_open == is_open:
            return wanted
        choices = (*FIRST_STEPS, machine.initial) if is_open else ("closed",)
        return next(
            each for each in choices if each in machine.states and machine.states[each].is_open == is_open
        )

    def machine(self, service: Service) -> Machine:
        return self.families.machine(service.workflow)


def open_books(session: Session, mapping: Mapping, before: Books | None = None) -> Books:
    """Return what rows are held against: those of the transaction before when nothing changed since.

    Raises CatalogueAbsent.
    """
    town, loaded, active = selected(session), catalogue.current(session), families.current(session)
    if not loaded.catalogue.services or not active.active:
        raise errors.CatalogueAbsent(town.code)
    desk = desks.current(session)
    if before is not None and before.loaded is loaded and before.desk is desk and before.families is active:
        return before
    return Books(
        town=town, loaded=loaded, families=active, desk=desk, mapping=mapping, due=_clock(loaded, desk)
    )


def _clock(loaded: Loaded, desk: Desk) -> Callable[[str, datetime], datetime]:
    """Return a reckoner of due dates by the catalogue's own promise, for sources which state none.

    Days end at closing time: what a day promises before it and after it is reckoned once and kept.
    """
    standards = lru_cache(maxsize=None)(
        lambda code: [loaded.catalogue.service(code).standard_for(kind, facts({})) for kind in KINDS]
    )
    closing = lru_cache(maxsize=None)(
        lambda day: max((end for _, end in desk.calendar.openings(day)), default=None)
    )
    kept: dict[tuple[str, str, date, bool], datetime] = {}

    def by(code: str, standard: Standard, received: datetime) -> datetime:
        if standard.unit not in DAYS:
            return dispatch.due_at(desk, standard, received)
        day = received.astimezone(desk.calendar.zone).date()
        closes = closing(day)
        key = (code, standard.kind, day, closes is not None and received >= closes)
        if key not in kept:
            kept[key] = dispatch.due_at(desk, standard, received)
        return kept[key]

    return lambda code, received: max(by(code, standard, received) for standard in standards(code))


def numbers(session: Session, count: int) -> list[int]:
    """Draw serial numbers for reports, a block at a time."""
    return list(session.scalars(_NUMBERS, {"count": count})) if count else []
