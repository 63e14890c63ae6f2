"""Play a story into cases: every report through intake's own steps, every move through its workflow, nothing
written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.cases import errors as case_errors
from tracker.cases.facts import Move
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.demo import ledger, locating, scenes
from tracker.demo.composing import Story
from tracker.demo.fate import Act
from tracker.demo.fates import CaseLife, Outcome
from tracker.demo.filings import Filing
from tracker.demo.identities import Identities
from tracker.demo.ledger import Joined, Kept
from tracker.demo.story import Pictures, Staff, Tally, submission
from tracker.dispatch import desk as desks
from tracker.places.service import Located
from tracker.reports import drafting
from tracker.reports.drafting import Link
from tracker.reports.submission import Intake
from tracker.workflow import GuardRefused, WorkflowError

CHUNK = 500


@dataclass(kw_only=True, slots=True)
class Page:
    """What some incidents came to: cases and changes of links, to be written together."""

    cases: list[Kept]
    changes: list[dict[str, Any]]
    reports: int


class Player:
    """Plays incidents in order, each by itself: nothing that happens in one depends on another."""

    def __init__(self, story: Story, staff: Staff, pictures: Pictures) -> None:
        self._story, self._staff, self._pictures = story, staff, pictures
        self._ids = Identities(story.world.town.seed)
        self._pavement = frozenset(story.world.plan.photos.pavement)
        self.tally = Tally()

    def pages(self, session: Session) -> Iterator[Page]:
        """Play the whole story, some hundred incidents at a time. Reads through the session, writes
        nothing.
        """
        waiting: list[Outcome] = []
        for outcome in self._story.outcomes():
            waiting.append(outcome)
            if len(waiting) == CHUNK:
                yield self._page(session, waiting)
                waiting = []
        if waiting:
            yield self._page(session, waiting)

    def _page(self, session: Session, outcomes: Sequence[Outcome]) -> Page:
        filings = [filing for outcome in outcomes for filing in outcome.filings]
        places = dict(
            zip(
                ((each.incident, each.order) for each in filings),
                locating.locate_all(session, filings),
                strict=True,
            )
        )
        page = Page(cases=[], changes=[], reports=len(filings))
        for outcome in outcomes:
            _Play(self, session, outcome, places).into(page)
        self.tally.reports += len(filings)
        self.tally.cases += len(page.cases)
        return page

    def told(
        self, session: Session, filing: Filing, places: dict[tuple[int, int], Located]
    ) -> tuple[Intake, str]:
        """What intake makes of a filing, and its number."""
        located = places[filing.incident, filing.order]
        scene = None if filing.photo is None else self._pictures[scenes.BEFORE, filing.photo]
        photo_id = None if scene is None else self._ids.new(filing.at)
        said = submission(self._staff, filing, scene, photo_id)
        service = catalogue.current(session).catalogue.service(filing.service)
        number = drafting.number_of(selected(session), filing.at, located.serial)
        self.tally.truth.append((number, filing.incident, filing.service))
        return Intake(submission=said, service=service, located=located), number

    def link(self, number: str, kind: str, at: datetime, kept: Kept | None = None) -> Link:
        case_id = self._ids.new(at) if kept is None else kept.row.id
        return Link(
            report_id=self._ids.new(at), case_id=case_id, number=number, kind=kind, secret=self._ids.secret()
        )

    def move(self, session: Session, kept: Kept, act: Act, crew: str | None) -> None:
        """Make one move; one that the workflow refuses is remembered, and fails the build's own tests."""
        inputs = dict(act.inputs)
        if act.crew_input:
            inputs["crew"] = crew or ""
        picture = None if act.photo is None else self._pictures[self._scene(kept, act), act.photo]
        asked = Move(
            transition=act.transition,
            actor=self._staff.acting(act, crew, act.at.day),
            at=act.at,
            device_at=act.done_at if act.lag else None,
            inputs=inputs,
            pictures=(replace(picture, id=self._ids.new(act.at)),) if picture else (),
            is_reporter=act.role == "citizen",
        )
        try:
            self._carry_out(session, kept, asked, act)
            self.tally.moves += 1
        except (WorkflowError, case_errors.CaseError) as error:
            why = (
                f"{kept.row.service_code} {kept.row.status} {act.transition} {type(error).__name__}: {error}"
            )
            self.tally.refused_moves.append(why)

    def _carry_out(self, session: Session, kept: Kept, asked: Move, act: Act) -> None:
        """Make the move; a crew needed outside its hours is called in by a dispatcher, who says so."""
        try:
            ledger.move(session, kept, asked, granted=act.granted)
        except GuardRefused as refused:
            if refused.guard != "crew_on_shift":
                raise
            called = {**asked.inputs, "override": True, "reason": "Appelée hors de ses heures"}
            dispatcher = self._staff.of("dispatcher", act.at.day)
            overruled = replace(asked, actor=dispatcher, inputs=called)
            ledger.move(session, kept, overruled, granted=act.granted)

    def join(self, session: Session, child: Kept, parent: Kept, at: datetime) -> dict[str, Any] | None:
        joined = Joined(
            child=child,
            parent=parent,
            actor=self._staff.of("dispatcher", at.day),
            at=at,
            id=self._ids.new(at),
        )
        try:
            change = ledger.join(session, joined)
        except (WorkflowError, case_errors.CaseError) as error:
            self.tally.refused_moves.append(f"{child.row.service_code} join {type(error).__name__}: {error}")
            return None
        self.tally.joined += 1
        return change

    def _scene(self, kept: Kept, act: Act) -> str:
        if kept.row.service_code not in self._pavement:
            return scenes.PLAIN
        return scenes.AFTER if act.transition == "complete" else scenes.BEFORE


class _Play:
    """One incident: its first case lives, takes reports and takes in the twins that are found, in order of
    time.
    """

    def __init__(
        self, player: Player, session: Session, outcome: Outcome, places: dict[tuple[int, int], Located]
    ) -> None:
        self._player, self._session, self._outcome, self._places = player, session, outcome, places

    def into(self, page: Page) -> None:
        first = self._opened(self._outcome.cases[0])
        others = [self._opened(case) for case in self._outcome.cases[1:]]
        for case, kept in zip(self._outcome.cases[1:], others, strict=True):
            for act in case.acts:
                self._player.move(self._session, kept, act, self._crew(kept))
        for step in self._steps(others):
            self._step(first, step, page)
        page.cases += [first, *others]

    def _steps(self, others: Sequence[Kept]) -> list[tuple[datetime, int, Any]]:
        """What happens to the first case, in order of time: its moves, reports told as the same, twins
        found.
        """
        primary = self._outcome.cases[0]
        steps: list[tuple[datetime, int, Any]] = [(act.at, 1, act) for act in primary.acts]
        steps += [(filing.at, 0, (filing, kind)) for filing, kind in primary.attached]
        for case, kept in zip(self._outcome.cases[1:], others, strict=True):
            if case.joined_at is not None:
                steps.append((case.joined_at, 2, kept))
        return sorted(steps, key=lambda step: step[:2])

    def _step(self, first: Kept, step: tuple[datetime, int, Any], page: Page) -> None:
        at, _, what = step
        if isinstance(what, Act):
            self._player.move(self._session, first, what, self._crew(first))
        elif isinstance(what, Kept):
            change = self._player.join(self._session, what, first, at)
            page.changes += [change] if change is not None else []
        else:
            filing, kind = what
            intake, number = self._player.told(self._session, filing, self._places)
            ledger.attach(first, intake, self._player.link(number, kind, filing.at, first))

    def _opened(self, case: CaseLife) -> Kept:
        filing = case.opened_by
        intake, number = self._player.told(self._session, filing, self._places)
        return ledger.open_case(self._session, intake, self._player.link(number, "opened", filing.at))

    def _crew(self, kept: Kept) -> str | None:
        """The crew that triage chose, or the one a dispatcher thinks of when the place is not known."""
        crew = desks.current(self._session).by_id.get(kept.row.crew_id or 0)
        return crew.code if crew is not None else self._outcome.incident.crew
