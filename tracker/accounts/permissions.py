"""What each role may do: one matrix, operation by operation. The workflow tables narrow it further."""

from collections.abc import Mapping
from types import MappingProxyType

ROLES = (
    "citizen",
    "partner",
    "agent",
    "dispatcher",
    "crew",
    "inspector",
    "supervisor",
    "clerk",
    "admin",
    "system",
)

_EVERYONE = frozenset(ROLES)
_STAFF = _EVERYONE - {"citizen", "partner", "system"}
_DESK = frozenset({"agent", "dispatcher", "supervisor", "admin"})
_WORKS = _STAFF - {"clerk"}

MATRIX: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "service.list": _EVERYONE,
        "place.search": _EVERYONE,
        "district.list": _EVERYONE,
        "photo.read": _EVERYONE,
        "duplicate.search": _EVERYONE,
        "report.create": _EVERYONE,
        "report.create_on_behalf": _DESK,
        "report.channel.choose": _WORKS,
        # Law 25, minimal access: an administrator or a crew has no need of who complained.
        "report.contact.read": frozenset({"agent", "dispatcher", "inspector", "supervisor"}),
        "tracking.read": _EVERYONE,
        "tracking.transition": _EVERYONE,
        "crew.list": _STAFF | {"system"},
        # A crew's lists hold its own cases only, and only the clerk sees the municipal court's files:
        # the queries narrow these by role.
        "case.list": _STAFF | {"system"},
        "case.read": _STAFF | {"system"},
        "case.history": _STAFF | {"system"},
        "case.transition": _STAFF | {"system"},
        "case.relate": frozenset({"clerk"}),
        "booking.read": _EVERYONE,
        "booking.begin": _EVERYONE,
        # Money is counted where people come to the counter, and by the clerk for what is owed to the court.
        "payment.record": frozenset({"agent", "supervisor", "clerk", "system"}),
        "letter.read": _STAFF - {"crew"} | {"system"},
        "workflow.read": _STAFF | {"system"},
        "workflow.edit": frozenset({"admin", "system"}),
        "case.link": _DESK | {"system"},
        "case.merge": _DESK | {"system"},
        "case.follow": _STAFF,
        "thread.read": _STAFF,
        # An administrator runs the place; they do not answer residents.
        "thread.write": _STAFF - {"admin"},
        "notice.read": _STAFF,
        "template.manage": frozenset({"admin"}),
        "surge.list": _STAFF - {"crew", "clerk"} | {"system"},
        "surge.decide": _DESK | {"system"},
        # The rota has people's telephone numbers: who sends crews out needs them. Whoever leads names them.
        "duty.list": _DESK | {"system"},
        "duty.manage": frozenset({"supervisor", "admin", "system"}),
        "escalation.list": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        "page.list": _DESK | {"system"},
        "page.acknowledge": _WORKS | {"system"},
        # Suspending promises is a supervisor's act; the operation then says when the snow stopped, and plans.
        "storm.list": _STAFF - {"crew", "clerk"} | {"system"},
        "storm.declare": frozenset({"supervisor", "admin", "system"}),
        "storm.operate": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        # A new map of the districts moves other people's work: a dispatcher may look, whoever leads decides.
        "boundary.read": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        "boundary.activate": frozenset({"supervisor", "admin", "system"}),
        # Rules say who works where: dispatchers draft and try them, whoever leads puts them in force.
        "triage.read": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        "triage.draft": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        "triage.activate": frozenset({"supervisor", "admin", "system"}),
        # The order of a crew's day is read by whoever works with it, and set by who sends crews out.
        "queue.read": _STAFF | {"system"},
        "queue.order": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        "crew.hours": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        # The file of a claim is the clerk's and whoever leads; what it proves, anyone may check.
        "hold.list": frozenset({"supervisor", "clerk", "system"}),
        "hold.change": frozenset({"clerk", "system"}),
        "certificate.issue": frozenset({"supervisor", "clerk", "system"}),
        "certificate.check": _EVERYONE,
        # Access and erasure on somebody's behalf, and the register of it: the clerk answers for the law.
        "privacy.act": frozenset({"clerk", "system"}),
        "privacy.register": frozenset({"supervisor", "clerk", "admin", "system"}),
        "import.run": frozenset({"admin", "system"}),
        "token.manage": frozenset({"admin"}),
        "account.manage": frozenset({"admin"}),
        "webhook.manage": frozenset({"admin"}),
        "metrics.read": frozenset({"admin", "system"}),
    }
)


def may(role: str, operation: str) -> bool:
    """Tell whether a role may do an operation. Raises KeyError for an operation that is not in the matrix."""
    return role in MATRIX[operation]
