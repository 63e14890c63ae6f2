"""The jobs that transitions name: what must be true at once is done in the transaction of the move itself.

Every job of data/workflows is here, so a worker has none of them left to do. `AT_ONCE` says the names; a
definition that names another job is refused when it is loaded (`families.check`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.accounts.actor import SYSTEM
from tracker.bookings import queries as bookings
from tracker.bookings import service as lending
from tracker.bookings.models import Resource
from tracker.cases import circumstances, marks, offices, queries
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.events import Fact
from tracker.letters import service as letters
from tracker.payments import queries as money
from tracker.payments import service as payments


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A move that was made, and how to make another one that follows from it.

    `fact` is what was appended, with the number `seq`; `move` is `cases.service.move`, `follow_up` opens a
    case of the same service.
    """

    session: Session
    case: CaseRow
    fact: Fact
    seq: int
    at: datetime
    move: Callable[[Session, str, Move], CaseRow]
    follow_up: Callable[[Session, CaseRow, datetime], str]

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return what was asked of the move, free words included (the history keeps them apart)."""
        return {**self.fact.payload["inputs"], **self.fact.texts}


def carry_out(done: Done) -> None:
    """Do the jobs of a move, in the table's order."""
    for effect in done.fact.payload["effects"]:
        kind, _, name = str(effect).partition(":")
        if kind == "job":
            EFFECTS[name](done)


def _nothing(_: Done) -> None:
    """Done where reports come in or change hands: `reports.grounds`, `links`, `unlinking`, `converting`."""


def _open_follow_up(done: Done) -> None:
    number = done.follow_up(done.session, done.case, done.at)
    marks.mark(done.session, done.case.id, marks.FOLLOW_UP, {"case": number}, at=done.at)


def _add_to_programme(done: Done) -> None:
    facts = {"minutes": done.inputs.get("minutes"), "note": done.inputs.get("note")}
    marks.mark(done.session, done.case.id, marks.PROGRAMME, facts, at=done.at)


def _tell_supervisor(done: Done) -> None:
    """« Nothing found », and the person says that it is there: whoever leads decides what comes next."""
    done.case.next_action = "supervisor"
    marks.mark(done.session, done.case.id, marks.DISPUTED, {"reason": done.inputs.get("reason")}, at=done.at)


def _charge_fee(done: Done) -> None:
    setting = circumstances.of(done.session, done.case, received_at=done.case.opened_at)
    cents = money.fee_cents(done.session, done.case.service_code, setting.answers)
    if cents:
        payments.charge(done.session, done.case.id, "fee", cents, at=done.at)


def _take_slot(done: Done) -> None:
    if bookings.of_case(done.session, done.case.id) is None:
        wish = offices.wanted(done.session, done.case, done.inputs)
    else:
        wish = None
    lending.take(done.session, done.case, wish, at=done.at)


def _release_slot(done: Done) -> None:
    """Let the units go and offer them to who waits, in order, for as long as there is room."""
    waits = done.case.status == "waitlisted"
    freed = lending.release(done.session, done.case.id, keeps_place=waits)
    if freed is None or waits:
        return
    for number in lending.next_in_line(done.session, freed, now=done.at):
        _offer(done, number)


def _offer(done: Done, number: str) -> None:
    booking = bookings.of_case(done.session, queries.case(done.session, number).id)
    if booking is None:
        return
    resource = done.session.get_one(Resource, booking.resource_id)
    free = bookings.free_units(done.session, lending.wish_of(booking, resource))
    if len(free) >= booking.quantity:
        done.move(done.session, number, Move(transition="offer", actor=SYSTEM, at=done.at, inputs={}))


def _refund(done: Done) -> None:
    booking = bookings.of_case(done.session, done.case.id)
    if booking is None:
        return
    resource = done.session.get_one(Resource, booking.resource_id)
    share = bookings.refunded_share(resource, booking.starts_at, now=done.at)
    back = payments.give_back(done.session, done.case.id, fee_share=share, at=done.at)
    if back.fee or back.deposit:
        facts = {"share": repr(share), "fee_cents": back.fee, "deposit_cents": back.deposit}
        marks.mark(done.session, done.case.id, marks.REFUND, facts, at=done.at)


def _return_deposit(done: Done) -> None:
    back = payments.give_back(done.session, done.case.id, fee_share=0.0, at=done.at)
    if back.deposit:
        marks.mark(done.session, done.case.id, marks.REFUND, {"deposit_cents": back.deposit}, at=done.at)


def _letter(kind: str) -> Callable[[Done], None]:
    def make(done: Done) -> None:
        letters.make(done.session, done.case, kind, done.inputs, seq=done.seq, at=done.at)

    return make


EFFECTS: Mapping[str, Callable[[Done], None]] = {
    "open_follow_up": _open_follow_up,
    "add_to_programme": _add_to_programme,
    "tell_supervisor": _tell_supervisor,
    "flag_late_filing": _nothing,
    "charge_fee": _charge_fee,
    "take_slot": _take_slot,
    "release_slot": _release_slot,
    "refund": _refund,
    "return_deposit": _return_deposit,
    "make_permit_document": _letter("permit"),
    "make_refusal_letter": _letter("refusal"),
    "make_owner_letter": _letter("owner_notice"),
    "open_converted_case": _nothing,
    "move_followers": _nothing,
    "return_followers": _nothing,
}
AT_ONCE = frozenset(EFFECTS)
