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
        "case.link": _DESK | {"system"},
        "case.merge": _DESK | {"system"},
        "surge.list": _STAFF - {"crew", "clerk"} | {"system"},
        "surge.decide": _DESK | {"system"},
        # A new map of the districts moves other people's work: a dispatcher may look, whoever leads decides.
        "boundary.read": frozenset({"dispatcher", "supervisor", "admin", "system"}),
        "boundary.activate": frozenset({"supervisor", "admin", "system"}),
        "import.run": frozenset({"admin", "system"}),
        "token.manage": frozenset({"admin"}),
        "account.manage": frozenset({"admin"}),
        "metrics.read": frozenset({"admin", "system"}),
    }
)


def may(role: str, operation: str) -> bool:
    """Tell whether a role may do an operation. Raises KeyError for an operation that is not in the matrix."""
    return role in MATRIX[operation]
