"""Timers of a danger (domain.md §6): who is called when the last did not answer; a crew is watched."""

from datetime import timedelta

from tracker.timers.subject import Happened, Standing, Subject

PAGE = "page_on_call"
# From the first call: nobody answered for so long.
CALLS = {
    "page_second": ("second", timedelta(minutes=10)),
    "page_supervisor": ("supervisor", timedelta(minutes=20)),
    "page_director": ("director", timedelta(minutes=30)),
}
CREW_UNSEEN = "crew_unseen"
UNSEEN_AFTER = timedelta(minutes=60)
_WATCHED = frozenset({"assigned", "planned", "in_progress", "made_safe"})
DANGER = 1


def steps(page: Happened | None, status: str) -> list[Standing]:
    """Return the calls that follow a page which nobody has answered."""
    if page is None:
        return []
    return [
        Standing(
            name=name,
            due_at=page.at + after,
            status=status,
            set_by=page.seq,
            set_at=page.at,
            payload={"to": rank},
        )
        for name, (rank, after) in CALLS.items()
    ]


def watch(subject: Subject) -> list[Standing]:
    """Return the watch over a crew that has a danger in hand, counted from the last move of the case."""
    if subject.priority != DANGER or not subject.has_crew or subject.status not in _WATCHED:
        return []
    moves = [event for event in subject.events if event.kind == "moved"]
    if not moves:
        return []
    last = moves[-1]
    return [
        Standing(
            name=CREW_UNSEEN,
            due_at=last.at + UNSEEN_AFTER,
            status=subject.status,
            set_by=last.seq,
            set_at=last.at,
            payload={"to": "dispatcher"},
        )
    ]
