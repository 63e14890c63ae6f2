"""The demo's months as a story to be told to the application: reports, moves, and who acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from tracker import ids
from tracker.accounts.actor import CITIZEN, Actor
from tracker.demo import scenes
from tracker.demo.fate import Act
from tracker.demo.filings import Filing
from tracker.media import service as media
from tracker.media.service import Shelf
from tracker.places.service import Given
from tracker.reports.submission import Contact, Picture, Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """All that happens in the demo's months, in order of time; `workflows` by code of service.

    `pavement` are the services whose photos show a hole and its repair.
    """

    filings: Sequence[Filing]
    acts: Sequence[Act]
    anchor: datetime
    workflows: Mapping[str, str]
    pavement: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Staff:
    """Who acts: the account of each role, and of each crew by its code."""

    by_role: Mapping[str, Actor]
    by_crew: Mapping[str, Actor]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """Where the story is lived: the application's engine, the town, its photos and its staff."""

    engine: Engine
    code: str
    shelf: Path
    staff: Staff
    advance: Callable[[int], None] = lambda steps: None


@dataclass(kw_only=True, slots=True)
class Tally:
    """How it went; `truth` tells of each report's number which incident it is about, and its service."""

    reports: int = 0
    refused: int = 0
    joined: int = 0
    moves: int = 0
    refused_moves: int = 0
    truth: list[tuple[str, int, str]] = field(default_factory=list)


def submission(staff: Staff, filing: Filing, same_as: str | None, picture: Picture | None) -> Submission:
    """What intake receives for a filing; `picture` is the scene it shows."""
    place, contact = filing.place, filing.contact
    is_desk = filing.channel in ("phone", "counter", "email")
    actor = staff.by_role["agent"] if is_desk else CITIZEN
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
        same_as=same_as,
        entered_by=actor.staff_id if is_desk else None,
        actor=actor.ref,
        is_staff=is_desk or filing.channel == "crew",
        pictures=(replace(picture, id=ids.new_id()),) if picture else (),
    )


Steps = tuple[tuple[str, str, float, dict[str, object]], ...]

_DONE_ALREADY: Mapping[str, Steps] = {
    "field_work": (
        ("accept", "dispatcher", 0.1, {}),
        ("assign", "dispatcher", 0.3, {}),
        ("start", "crew", 20.0, {"reason": "Position du véhicule."}),
        ("complete", "crew", 20.2, {"outcome": "already_done", "minutes": 5}),
    ),
    "inspection": (
        ("accept", "dispatcher", 0.1, {}),
        ("find_compliant", "inspector", 22.0, {"report": "Déjà constaté dans un autre dossier."}),
        ("close", "system", 50.0, {}),
    ),
}
_SHOWN = frozenset({"complete", "find_compliant"})


def done_already(incident: int, at: datetime, workflow: str) -> tuple[Act, ...]:
    """The moves of a case whose cause was dealt with before it was looked at."""
    return tuple(
        Act(
            incident=incident,
            at=at + timedelta(hours=hours),
            transition=transition,
            role=role,
            inputs=inputs,
            crew_input=transition == "assign",
            photo=0 if transition in _SHOWN else None,
        )
        for transition, role, hours, inputs in _DONE_ALREADY[workflow]
    )


def draw_scenes(root: Path, story: Story) -> dict[tuple[str, int], Picture]:
    """Draw the scenes the story shows and put them on the town's shelf."""
    numbers = [each.photo for each in story.filings] + [each.photo for each in story.acts]
    wanted = 1 + max((number for number in numbers if number is not None), default=0)
    return {key: media.take(Shelf(root=root), data) for key, data in scenes.draw_all(wanted).items()}
