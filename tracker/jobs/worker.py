"""A worker: goes round the jurisdictions, follows facts, fires timers, runs what is due at an hour.

Any number run side by side, on any number of machines: what each takes is locked in the database, what it
did is committed with the removal of what asked for it. A worker that is killed leaves nothing half done.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

import structlog
from sqlalchemy import Engine

from tracker import db, outbox
from tracker.clock import Clock
from tracker.jobs import firing, following, measures, periodic
from tracker.jobs.delivering import Sender
from tracker.jobs.periodic import Periodic
from tracker.jurisdictions import service as jurisdictions
from tracker.timers import adopting

SOONEST_S = 0.25

LOOK_FOR_PERIODIC = timedelta(seconds=15)
LOOK_FOR_TOWNS_S = 30.0
BATCHES_FIRED = 10
log = structlog.get_logger()


@dataclass(kw_only=True)
class _Town:
    """When a jurisdiction is looked at next, by the monotonic clock."""

    code: str
    next_at: float = 0.0
    wait_s: float = SOONEST_S
    periodic_at: datetime | None = None


@dataclass(kw_only=True)
class Worker:
    """One worker over a database. `codes` limits it to some jurisdictions; None means all.

    A jurisdiction where nothing happens is left alone, each time twice as long, for `idle_s` at most.
    """

    engine: Engine
    clock: Clock
    jobs: Sequence[Periodic]
    codes: Sequence[str] | None = None
    sender: Sender | None = None
    idle_s: float = 4.0
    stop: Event = field(default_factory=Event)
    _towns: dict[str, _Town] = field(default_factory=dict)

    def run(self) -> None:
        """Work until `stop` is set; what is under way is finished first."""
        log.info("worker.started")
        hands = Thread(target=self._deliver, name="deliveries", daemon=True) if self.sender else None
        if hands is not None:
            hands.start()
        looked_at = float("-inf")
        while not self.stop.is_set():
            if time.monotonic() - looked_at > LOOK_FOR_TOWNS_S:
                looked_at = time.monotonic()
                self._guarded(None, self._look_for_towns)
            self._go_round()
            measures.TURN.set(time.time())
            self.stop.wait(self._pause_s())
        if hands is not None:
            hands.join(timeout=30)
        log.info("worker.stopped")

    def run_once(self) -> int:
        """Do all that is due now, and what follows from it; return how much was done."""
        self._look_for_towns()
        done = 0
        for town in self._towns.values():
            while not self.stop.is_set():
                now_done = self._turn(town)
                now_done += self._send(town.code)
                if not now_done:
                    break
                done += now_done
        return done

    def _look_for_towns(self) -> None:
        """Learn which jurisdictions there are; take up the cases of those that are new to this worker."""
        codes = (
            list(self.codes)
            if self.codes is not None
            else [t.code for t in jurisdictions.listing(self.engine)]
        )
        for gone in set(self._towns) - set(codes):
            del self._towns[gone]
        for code in codes:
            if code not in self._towns:
                self._guarded(code, partial(self._take_up, code))

    def _take_up(self, code: str) -> None:
        with db.transaction(self.engine, code) as session:
            if outbox.take_turn(session):
                adopted = adopting.adopt(session, self.clock())
                if adopted.cases:
                    log.info("worker.adopted", jurisdiction=code, cases=adopted.cases, lapsed=adopted.lapsed)
        self._towns[code] = _Town(code=code)

    def _go_round(self) -> None:
        for town in list(self._towns.values()):
            if self.stop.is_set():
                return
            if time.monotonic() < town.next_at:
                continue
            done = self._guarded(town.code, partial(self._turn, town))
            town.wait_s = min(SOONEST_S if done else town.wait_s * 2, self.idle_s)
            town.next_at = time.monotonic() + (0 if done else town.wait_s)

    def _turn(self, town: _Town) -> int:
        """Do what waits in one jurisdiction, within bounds: the others wait too."""
        now = self.clock()
        done = self._periodic(town, now)
        tally = following.follow(self.engine, town.code, now=now)
        done += tally.followed + tally.postponed
        for _ in range(BATCHES_FIRED):
            if self.stop.is_set():
                break
            fired = firing.fire_due(self.engine, town.code, now=self.clock())
            done += len(fired)
            if not fired:
                break
        return done

    def _periodic(self, town: _Town, now: datetime) -> int:
        if town.periodic_at is not None and town.periodic_at <= now < town.periodic_at + LOOK_FOR_PERIODIC:
            return 0
        town.periodic_at = now
        ran = periodic.run_due(self.engine, town.code, now=now, jobs=self.jobs)
        with db.transaction(self.engine, town.code) as session:
            oldest = outbox.oldest_at(session)
        measures.OLDEST.labels(town.code).set((now - oldest).total_seconds() if oldest else 0)
        return ran

    def _pause_s(self) -> float:
        soonest = min((town.next_at for town in self._towns.values()), default=time.monotonic() + self.idle_s)
        return max(0.0, min(soonest - time.monotonic(), self.idle_s))

    def _guarded(self, code: str | None, act: Callable[[], int | None]) -> int:
        """Do one thing; what fails is logged and waits its turn again, the other jurisdictions go on."""
        try:
            return act() or 0
        except Exception:
            log.exception("worker.failed", jurisdiction=code)
            return 0

    def _deliver(self) -> None:
        """Hand deliveries over beside the rest: a slow channel delays no timer."""
        while not self.stop.is_set():
            sent = sum(self._guarded(code, partial(self._send, code)) for code in list(self._towns))
            self.stop.wait(0 if sent else 1.0)

    def _send(self, code: str) -> int:
        return self.sender(self.engine, code, self.clock()) if self.sender is not None else 0
