"""Live the town's months in its database: every report through intake, every move through its workflow."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tracker import db, ids
from tracker.accounts.actor import CITIZEN, SYSTEM, Actor
from tracker.cases import errors as case_errors
from tracker.cases import links
from tracker.cases.facts import Move
from tracker.cases.links import Linking
from tracker.demo import ledger, scenes, story
from tracker.demo.fate import Act
from tracker.demo.filings import FIRST, LEFT, MERGED, SAME, Filing
from tracker.demo.ledger import Asked
from tracker.demo.story import Stage, Story, Tally
from tracker.places.errors import PlaceError
from tracker.reports import service as reports
from tracker.reports.errors import ReportError
from tracker.reports.submission import Receipt
from tracker.workflow import WorkflowError

_BATCH = 200
_CREWS = text('SELECT c.id, w.code FROM "case" c JOIN crew w ON w.id = c.crew_id WHERE c.id = ANY(:ids)')
_ANALYZE = ("report", "case", "event", "duplicate_candidate", "photo")


@dataclass(kw_only=True, slots=True)
class _Known:
    """The case of an incident, as far as the story needs to remember it."""

    case_id: UUID
    number: str
    service: str
    is_reachable: bool
    crew: str | None = None
    photos: int = 0
    is_open: bool = True
    is_spoilt: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Merge:
    """A dispatcher will find that the case of a twin is the one of its incident."""

    at: datetime
    child: int
    parent: int


def live(stage: Stage, tale: Story) -> Tally:
    """Play the story into the town's database, in batches of one transaction each."""
    player = _Player(stage, tale)
    for first in range(0, len(tale.filings), _BATCH):
        batch = tale.filings[first : first + _BATCH]
        with db.transaction(stage.engine, stage.code) as session:
            # The demo can be built again: losing its last batch to a power cut costs nothing.
            session.execute(text("SET LOCAL synchronous_commit = off"))
            for filing in batch:
                player.hear(session, filing)
        stage.advance(len(batch))
    with db.transaction(stage.engine, stage.code) as session:
        player.act_until(session, tale.anchor)
    return player.tally


def analyze(engine: Engine, code: str) -> None:
    """Let the planner know how full the tables became; as their owner."""
    with db.transaction(engine, code) as session:
        for table in _ANALYZE:
            session.execute(text(f'ANALYZE "{table}"'))


class _Player:
    """Plays reports and moves in order of time.

    `_cases` is keyed by incident; by minus one, minus two… for the cases that twins opened.
    """

    def __init__(self, stage: Stage, tale: Story) -> None:
        self.stage, self.tally = stage, Tally()
        self._order = count()
        self._waiting: list[tuple[datetime, int, Act | _Merge]] = []
        self._ready: list[Act | _Merge] = []
        self._ready_about: set[str] = set()
        for act in tale.acts:
            self._wait(act)
        self._cases: dict[int, _Known] = {}
        self._pictures = story.draw_scenes(stage.shelf, tale)
        self._twin = count(-1, -1)
        self._workflows, self._pavement = tale.workflows, tale.pavement

    def _wait(self, what: Act | _Merge) -> None:
        heapq.heappush(self._waiting, (what.at, next(self._order), what))

    # Reports.

    def hear(self, session: Session, filing: Filing) -> None:
        """Take one report, after the moves that came before it and could change its fate."""
        if self._concerns(filing):
            self.act_until(session, filing.at)
        known = self._cases.get(filing.incident)
        if filing.way != FIRST and known is None:
            return
        same_as = known.number if known is not None and filing.way == SAME and known.is_open else None
        picture = self._pictures[(scenes.BEFORE, filing.photo)] if filing.photo is not None else None
        told = story.submission(self.stage.staff, filing, same_as, picture)
        try:
            receipt = reports.submit(session, told)
        except (ReportError, PlaceError, case_errors.CaseError):
            self.tally.refused += 1
            return
        self.tally.reports += 1
        self.tally.truth.append((receipt.number, filing.incident, filing.service))
        self._remember(filing, receipt, known)

    def _concerns(self, filing: Filing) -> bool:
        """Whether a move due before this report is about the same service; else moves wait for company."""
        self._gather(filing.at)
        return filing.service in self._ready_about or len(self._ready) > _BATCH

    def _gather(self, moment: datetime) -> None:
        """Take what is due by a moment from those who wait, in order."""
        while self._waiting and self._waiting[0][0] <= moment:
            _, _, what = heapq.heappop(self._waiting)
            known = self._cases.get(what.incident if isinstance(what, Act) else what.child)
            if known is not None:
                self._ready.append(what)
                self._ready_about.add(known.service)

    def _remember(self, filing: Filing, receipt: Receipt, known: _Known | None) -> None:
        if receipt.link != "opened":
            self.tally.joined += 1
            if known is not None and filing.contact is not None:
                known.is_reachable = True
            return
        key = filing.incident if known is None else next(self._twin)
        self._cases[key] = _Known(
            case_id=receipt.case.id,
            number=receipt.case.number,
            service=filing.service,
            is_reachable=filing.contact is not None,
        )
        if known is not None:
            hours = {MERGED: 5.0, SAME: 2.0, LEFT: 110.0}[filing.way] * (0.4 + (filing.incident % 17) / 14)
            self._wait(_Merge(at=filing.at + timedelta(hours=hours), child=key, parent=filing.incident))

    # Moves.

    def act_until(self, session: Session, moment: datetime) -> None:
        """Make every move due by a moment, in order; joining two cases goes through its own door."""
        self._gather(moment)
        ready, self._ready, self._ready_about = self._ready, [], set()
        together: list[Act] = []
        for what in ready:
            if isinstance(what, Act):
                together.append(what)
            else:
                self._carry_out(session, together)
                together = []
                self._join(session, what)
        self._carry_out(session, together)

    def _carry_out(self, session: Session, due: Sequence[Act]) -> None:
        mine = [(act, self._cases[act.incident]) for act in due if act.incident in self._cases]
        self._learn_crews(session, [known for _, known in mine if known.crew is None])
        asked = []
        for act, known in mine:
            if not known.is_spoilt:
                asked.append(self._asked(act, known))
                known.photos += act.photo is not None
        if not asked:
            return
        outcome = ledger.carry_out(session, asked)
        self.tally.moves += outcome.made
        self.tally.refused_moves += len(outcome.refused)
        for _, known in mine:
            known.is_open = outcome.is_open.get(known.case_id, known.is_open)
            known.is_spoilt = known.is_spoilt or known.case_id in outcome.refused

    def _learn_crews(self, session: Session, unknown: Sequence[_Known]) -> None:
        if not unknown:
            return
        rows = session.execute(_CREWS, {"ids": [known.case_id for known in unknown]})
        crews = {row.id: row.code for row in rows}
        for known in unknown:
            known.crew = crews.get(known.case_id)

    def _asked(self, act: Act, known: _Known) -> Asked:
        inputs = dict(act.inputs)
        if act.crew_input:
            inputs["crew"] = known.crew or ""
        picture = self._pictures[(self._scene(act, known), act.photo)] if act.photo is not None else None
        return Asked(
            case_id=known.case_id,
            is_reachable=known.is_reachable,
            photos_before=known.photos,
            move=Move(
                transition=act.transition,
                actor=self._actor(act, known),
                at=act.at,
                device_at=act.at - act.lag if act.lag else None,
                inputs=inputs,
                pictures=(replace(picture, id=ids.new_id()),) if picture else (),
                is_reporter=act.role == "citizen",
            ),
        )

    def _scene(self, act: Act, known: _Known) -> str:
        if known.service not in self._pavement:
            return scenes.PLAIN
        return scenes.AFTER if act.transition == "complete" else scenes.BEFORE

    def _actor(self, act: Act, known: _Known) -> Actor:
        if act.role == "citizen":
            return CITIZEN
        if act.role == "system":
            return SYSTEM
        crew = self.stage.staff.by_crew.get(known.crew or "")
        if act.role == "crew" and crew is not None:
            return crew
        return self.stage.staff.by_role.get(act.role, Actor(role=act.role, ref=f"crew:{known.crew}"))

    def _join(self, session: Session, merge: _Merge) -> None:
        """Join a twin to its incident's case; when that one is finished, close the twin as done already."""
        child, parent = self._cases[merge.child], self._cases[merge.parent]
        dispatcher = self.stage.staff.by_role["dispatcher"]
        try:
            with session.begin_nested():
                links.merge(session, child.number, parent.number, Linking(actor=dispatcher, at=merge.at))
            child.is_open, child.is_spoilt = False, True
            self.tally.joined += 1
        except (WorkflowError, case_errors.CaseError):
            for act in story.done_already(merge.child, merge.at, self._workflows[child.service]):
                self._wait(act)
