"""What reports of one case say beside where and when: who, with which answers and pictures.

Persons are compared by a fingerprint of how they are reached: two reports of one person are known as such
without a name or an address ever leaving the table of contacts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from gis import photohash

# What people write to get past a question they will not answer.
_SAYS_NOTHING = frozenset(["", "-", "—", "?", "x"])
# Only what a person types as an answer is compared, never who they are or what a car's plate reads.
_PERSONAL = frozenset(["plaque", "matricule", "micropuce", "assureur", "participant"])

# The same fingerprint as `reporter`, in SQL, of a contact `k`.
REPORTER = """
encode(sha256(convert_to(lower(coalesce(k.email, k.phone)) || '|' || coalesce(k.name, ''), 'UTF8')), 'hex')
"""


def reporter(name: str | None, email: str | None, phone: str | None) -> str | None:
    """Return a fingerprint of a person: how they are reached and, as homes share telephones, a name."""
    if not (reached := email or phone):
        return None
    return hashlib.sha256(f"{reached.lower()}|{name or ''}".encode()).hexdigest()


def answers(told: Mapping[str, object] | None) -> dict[str, object]:
    """Return the answers that say something of the thing; lists in no order."""
    found: dict[str, object] = {}
    for code, value in (told or {}).items():
        if code in _PERSONAL or value is None or (isinstance(value, str) and value in _SAYS_NOTHING):
            continue
        found[code] = tuple(sorted(map(str, value))) if isinstance(value, list) else value
    return found


def hashes(kept: Iterable[int] | None) -> tuple[int, ...]:
    """Return the hashes of pictures as compared, from how a column keeps them."""
    return tuple(photohash.from_signed(each) for each in kept or ())
