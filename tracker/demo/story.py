"""Who acts in the demo, what intake receives of a report, and how a build went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from tracker.accounts.actor import CITIZEN, SYSTEM, Actor
from tracker.demo import scenes
from tracker.demo.fate import Act
from tracker.demo.filings import Filing
from tracker.media import service as media
from tracker.media.service import Shelf
from tracker.places.service import Given
from tracker.reports.submission import Contact, Picture, Submission

Pictures = Mapping[tuple[str, int], Picture]
_DESK = ("phone", "counter", "email")


@dataclass(frozen=True, kw_only=True, slots=True)
class Staff:
    """Who acts: the accounts of each role, and of each crew by its code."""

    by_role: Mapping[str, tuple[Actor, ...]]
    by_crew: Mapping[str, Actor]

    def of(self, role: str, turn: int) -> Actor:
        """Somebody of a role, in turn."""
        people = self.by_role[role]
        return people[turn % len(people)]

    def acting(self, act: Act, crew: str | None, turn: int) -> Actor:
        """Who makes a move of a case that a crew has."""
        if act.role == "citizen":
            return CITIZEN
        if act.role == "system":
            return SYSTEM
        if act.role == "crew":
            return self.by_crew.get(crew or "") or Actor(role="crew", ref=f"crew:{crew}", crew_code=crew)
        return self.of(act.role, turn)


@dataclass(kw_only=True, slots=True)
class Tally:
    """How it went; `truth` tells of each report's number which incident it is about, and its service."""

    reports: int = 0
    cases: int = 0
    joined: int = 0
    moves: int = 0
    refused_moves: list[str] = field(default_factory=list)
    turned_away: int = 0
    truth: list[tuple[str, int, str]] = field(default_factory=list)


def submission(staff: Staff, filing: Filing, picture: Picture | None, photo_id: UUID | None) -> Submission:
    """What intake receives for a filing; `picture` is the scene it shows."""
    place, contact = filing.place, filing.contact
    is_desk = filing.channel in _DESK
    actor = staff.of("agent", filing.serial) if is_desk else CITIZEN
    shown: tuple[Picture, ...] = ()
    if picture is not None and photo_id is not None:
        lon, lat = filing.taken_at or (None, None)
        shown = (
            replace(picture, id=photo_id, lon=lon, lat=lat, taken_at=filing.at if filing.taken_at else None),
        )
    return Submission(
        service_code=filing.service,
        given=Given(
            lon=place.lon,
            lat=place.lat,
            accuracy_m=place.accuracy_m,
            method=place.method,
            address=place.address,
            asset_kind=place.asset_kind,
            asset_code=place.asset_code,
        ),
        received_at=filing.at,
        description=filing.description,
        answers=filing.answers,
        language=filing.language,
        channel=filing.channel,
        contact=Contact(name=contact.name, email=contact.email, phone=contact.phone) if contact else None,
        entered_by=actor.staff_id if is_desk else None,
        actor=actor.ref,
        is_staff=is_desk or filing.channel == "crew",
        pictures=shown,
    )


def draw_scenes(root: Path, count: int) -> dict[tuple[str, int], Picture]:
    """Draw the scenes of the story and put them on the town's shelf."""
    return {key: media.take(Shelf(root=root), data) for key, data in scenes.draw_all(count).items()}
