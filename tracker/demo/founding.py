"""Found the demo jurisdiction: its schema, catalogue, workflows, places, crews and accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from tracker import db, definitions
from tracker.accounts import service as accounts
from tracker.accounts.actor import Actor
from tracker.accounts.models import Staff, StaffRole
from tracker.bookings import files as lent
from tracker.demo import copying, degrees, layers, outings, staff
from tracker.demo.city import City
from tracker.demo.staff import CrewPlan, StaffPlan
from tracker.demo.story import Staff as Hands
from tracker.dispatch.models import Crew, CrewDistrict, CrewSkill, Depot, Shift
from tracker.jurisdictions import founding as ready_made
from tracker.jurisdictions import service as jurisdictions
from tracker.oncall import service as oncall
from tracker.oncall.models import DutyRow

CODE, NAME, PREFIX = "valbrise", "Valbrise", "VB"

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where a demo town is founded: the owner's engine makes tables, the application's fills them."""

    owner: Engine
    app: Engine
    app_role: str
    code: str = CODE


def found(site: Site, town: City, *, today: date, tell: Tell = lambda _: None) -> None:
    """Create the jurisdiction and load everything but its requests.

    Raises jurisdictions.errors.JurisdictionExists.
    """
    plan = staff.read_staff()
    described = jurisdictions.Town(
        code=site.code,
        name=NAME,
        prefix=PREFIX,
        metric_srid=town.srid,
        is_demo=True,
        settings={"demo": {"size": town.size, "seed": town.seed}},
    )
    tell("municipalité")
    ready_made.found(site.owner, site.app, described, app_role=site.app_role)
    with db.transaction(site.owner, site.code) as session:
        tell("carte")
        layers.bring_in(session, town, plan.third_parties, today=today)
        tell("équipes")
        _hire_crews(session, town, plan)
    with db.transaction(site.app) as session:
        _open_accounts(session, plan, site.code)


def open_desks(site: Site, at: datetime) -> None:
    """Name who is on call from the last Friday on, and lend what the example of rooms and equipment has."""
    plan = staff.read_staff()
    with db.transaction(site.app, site.code) as session:
        _name_duties(session, plan, at.date())
        example = lent.read(definitions.DATA / "offices" / "example.yaml")
        lent.load(session, outings.brought_near(example, at.date()), at=at)


def staff_of(engine: Engine, code: str = CODE) -> Hands:
    """The demo's accounts as actors: one for each role, one for each crew."""
    with db.transaction(engine) as session:
        rows = session.execute(
            select(Staff.id, Staff.name, StaffRole.role, StaffRole.crew_code)
            .join(StaffRole, StaffRole.staff_id == Staff.id)
            .where(StaffRole.jurisdiction_code == code)
            .order_by(Staff.email)
        ).all()
    actors = [
        Actor(role=row.role, ref=f"staff:{row.id}", name=row.name, staff_id=row.id, crew_code=row.crew_code)
        for row in rows
    ]
    return Hands(
        by_role={
            role: tuple(actor for actor in actors if actor.role == role)
            for role in dict.fromkeys(actor.role for actor in actors if actor.role != "crew")
        },
        by_crew={actor.crew_code: actor for actor in actors if actor.role == "crew" and actor.crew_code},
    )


def is_founded(engine: Engine, code: str = CODE) -> bool:
    """Tell whether the demo jurisdiction exists."""
    return code in {town.code for town in jurisdictions.listing(engine)}


def raze(site: Site) -> None:
    """Drop the demo jurisdiction and its accounts. Raises JurisdictionUnknown."""
    emails = [person.email for person in staff.read_staff().accounts.people]
    jurisdictions.drop(site.owner, site.code)
    with db.transaction(site.owner) as session:
        kept = select(StaffRole.staff_id)
        session.execute(delete(Staff).where(Staff.email.in_(emails), Staff.id.not_in(kept)))


def _hire_crews(session: Session, town: City, plan: StaffPlan) -> None:
    points = copying.ewkb(degrees.shapes([each.shape.centroid for each in town.depots], town.srid))
    rows = ((each.code, each.name, point) for each, point in zip(town.depots, points, strict=True))
    copying.copy(session, "depot", ("code", "name", "geom"), rows)
    depots = {row.code: row.id for row in session.execute(select(Depot.code, Depot.id))}
    for each in plan.crews:
        _hire(session, each, depots.get(each.depot or ""))
    session.flush()


def _hire(session: Session, plan: CrewPlan, depot_id: int | None) -> None:
    crew = Crew(
        code=plan.code,
        name=plan.name,
        department=plan.department,
        kind=plan.kind,
        capacity_min=plan.capacity_min,
        depot_id=depot_id,
    )
    session.add(crew)
    session.flush()
    session.add_all(CrewSkill(crew_id=crew.id, skill=skill) for skill in plan.skills)
    session.add_all(CrewDistrict(crew_id=crew.id, district_code=code) for code in plan.districts)
    starts, ends = plan.shifts.hours()
    session.add_all(
        Shift(crew_id=crew.id, weekday=day, starts=starts, ends=ends, on_call=plan.shifts.on_call)
        for day in plan.shifts.days
    )


def _name_duties(session: Session, plan: StaffPlan, today: date) -> None:
    """Put the rota in force from the last Friday on."""
    friday = today - timedelta(days=(today.isoweekday() - oncall.FRIDAY) % 7)
    for turn in plan.duties:
        named = uuid5(NAMESPACE_URL, f"duty:{turn.domain}:{turn.rank}")
        who = {"name": turn.name, "phone": turn.phone}
        row = DutyRow(id=named, domain=turn.domain, rank=turn.rank, starts_on=friday, **who)
        oncall.set_turn(session, row)


def _open_accounts(session: Session, plan: StaffPlan, code: str) -> None:
    """One account per role and per crew; those that outlived an earlier demo are used again."""
    for person in plan.accounts.people:
        known = session.scalar(select(Staff.id).where(Staff.email == person.email))
        staff_id = known or accounts.create_staff(
            session,
            accounts.Person(email=person.email, name=person.name, password=plan.accounts.password),
            staff_id=uuid5(NAMESPACE_URL, f"mailto:{person.email}"),
        )
        accounts.grant_role(session, staff_id, jurisdiction=code, role=person.role, crew_code=person.crew)
