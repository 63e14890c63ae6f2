"""What an event calls for: which notices, and for whom when it is not simply the people of the case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tracker.cases import consequences
from tracker.notify.book import Book, Notice
from tracker.workflow import Machine

KINDS = (
    "received", "report_attached", "merged", "unlinked", "moved", "timer_fired",
    "message_sent", "message_received",
)  # fmt: skip

# These show in the queue, by its colours: nobody is told.
QUIET_TIMERS = ("half_unanswered",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An event of a case, with the case as it stands."""

    case: Any
    seq: int
    kind: str
    actor: str
    at: datetime
    payload: Mapping[str, Any]

    @property
    def inputs(self) -> Mapping[str, Any]:
        found = self.payload.get("inputs")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One notice that an event calls for.

    `numbers` and `reports` narrow the people of the case to those reports; `only_reports` leaves followers
    out; `other` is the number of the other case of a join.
    """

    notice: Notice
    numbers: frozenset[str] | None = None
    reports: frozenset[UUID] | None = None
    only_reports: bool = False
    other: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change of links: what went from where to where; `convert` when a question became a case."""

    kind: str
    from_case_id: UUID
    reports: frozenset[UUID]


def of(told: Told, machine: Machine, book: Book, changes: Mapping[str, Change]) -> list[Call]:
    """Return the notices an event calls for, what matters most to a person first."""
    finder = _FINDERS.get(told.kind)
    found = list(finder(told, machine, book, changes)) if finder is not None else []
    return [each for call in found for each in (call, *_also(call, book))]


def _also(call: Call, book: Book) -> Iterator[Call]:
    for name in call.notice.also:
        yield Call(notice=book.other(call.notice, name), other=call.other, extra=call.extra)


def _received(told: Told, machine: Machine, book: Book, _: Mapping[str, Change]) -> Iterator[Call]:
    if "split_from" in told.payload:  # its report was told that it has a case of its own
        return
    numbers = frozenset({str(told.payload.get("report", ""))})
    for effect in machine.transitions[consequences.opening(machine, told.payload)].effects:
        if effect.kind == "notice":
            yield Call(notice=book.find(machine.family, effect.name), numbers=numbers)
    yield Call(notice=book.find(machine.family, "new_nearby"))


def _attached(told: Told, machine: Machine, book: Book, changes: Mapping[str, Change]) -> Iterator[Call]:
    numbers = frozenset({str(told.payload.get("report", ""))})
    if "from" not in told.payload:
        yield Call(notice=book.find(machine.family, "receipt_joined"), numbers=numbers)
        return
    change = changes.get(str(told.payload.get("link")))
    name = "separated" if change is not None and change.kind == "detach" else "joined"
    yield Call(
        notice=book.find(machine.family, name), numbers=numbers, only_reports=True, other=told.case.number
    )


def _merged(told: Told, machine: Machine, book: Book, changes: Mapping[str, Change]) -> Iterator[Call]:
    change = changes.get(str(told.payload.get("link", told.case.id)))
    if change is None:
        return
    name = "converted" if change.kind == "convert" else "joined"
    other = str(told.payload["into"])
    yield Call(notice=book.find(machine.family, name), reports=change.reports, other=other)


def _unlinked(told: Told, machine: Machine, book: Book, changes: Mapping[str, Change]) -> Iterator[Call]:
    change = changes.get(str(told.payload.get("link")))
    if change is None or change.from_case_id != told.case.id:  # told once, of the case they are back in
        return
    name = "joined" if change.kind == "detach" else "separated"
    yield Call(
        notice=book.find(machine.family, name),
        reports=change.reports,
        only_reports=change.kind != "merge",
        other=told.case.number,
    )


def _moved(told: Told, machine: Machine, book: Book, _: Mapping[str, Change]) -> Iterator[Call]:
    for effect in told.payload.get("effects", ()):
        kind, _colon, name = str(effect).partition(":")
        if kind == "notice" and name != "converted":  # told once its case is known
            yield Call(notice=book.find(machine.family, name))


def _fired(told: Told, machine: Machine, book: Book, _: Mapping[str, Change]) -> Iterator[Call]:
    name = str(told.payload.get("name", ""))
    if name not in QUIET_TIMERS:
        yield Call(notice=book.timer(machine.family, name))


def _sent(told: Told, machine: Machine, book: Book, _: Mapping[str, Change]) -> Iterator[Call]:
    yield Call(
        notice=book.find(machine.family, told.kind),
        numbers=frozenset(map(str, told.payload.get("to", ()))),
    )


def _came(told: Told, machine: Machine, book: Book, _: Mapping[str, Change]) -> Iterator[Call]:
    yield Call(notice=book.find(machine.family, told.kind))


_FINDERS = {
    "received": _received,
    "report_attached": _attached,
    "merged": _merged,
    "unlinked": _unlinked,
    "moved": _moved,
    "timer_fired": _fired,
    "message_sent": _sent,
    "message_received": _came,
}
