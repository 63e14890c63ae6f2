"""The edge of a request: its transaction, its jurisdiction, who asks, and what they may do.

A view opens `transaction()` and hands the session to service verbs, which never commit. Who asks is looked up
in the same transaction, before the jurisdiction is selected: its role cannot see the accounts. A request
without credentials costs no statement for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import flask_babel
from flask import request
from sqlalchemy.orm import Session

from tracker import db
from tracker.accounts import errors, permissions
from tracker.accounts.actor import Actor
from tracker.config import Settings
from tracker.http import credentials, csrf, state

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the request's transaction in its jurisdiction; commit at the end, roll back on any error.

    Raises JurisdictionUnknown, JurisdictionNotGiven, TokenUnknown, TokenExpired, ForgerySuspected.
    """
    now = state.current()
    select = db.select_ahead if now.may_redo else db.select_jurisdiction
    with _opened(now) as session:
        now.selected = select(session, jurisdiction())
        _settle_language(now)
        yield session


@contextmanager
def accounts_transaction(*, identify: bool = True) -> Iterator[Session]:
    """Open a transaction on the shared schema only, for sessions and tokens (sign-in asks nobody).

    Raises the same as `transaction`.
    """
    now = state.current()
    with _opened(now, identify=identify) as session:
        _settle_language(now)
        yield session


@contextmanager
def _opened(now: state.State, *, identify: bool = True) -> Iterator[Session]:
    engine = state.parts().engine
    now.may_redo = False  # what this transaction commits stays
    # Closing without a commit rolls back; `begin()` would say the same and cost more.
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        if identify and not now.is_identified:
            _identify(session, now)
        yield session
        session.commit()


def keep_from_here() -> None:
    """Say that what follows is kept outside this request's own transaction: it is not to be done again."""
    state.current().may_redo = False


def _identify(session: Session, now: state.State) -> None:
    found = credentials.find(session, jurisdiction(), at=clock())
    now.is_identified = True
    if found is None:
        return
    now.actor, now.csrf = found.actor, found.csrf
    # A bearer token is not sent by a browser on its own: only a cookie needs the proof.
    if found.csrf and request.method not in SAFE_METHODS:
        csrf.check(found.csrf)


def _settle_language(now: state.State) -> None:
    """Choose the language again, now that the reader and the jurisdiction are known."""
    if now.language is not None:
        now.language = None
        flask_babel.refresh()


def jurisdiction() -> str:
    """Return the code of the request's jurisdiction. Raises JurisdictionUnknown, JurisdictionNotGiven."""
    now = state.current()
    if now.jurisdiction is None:
        now.jurisdiction = state.parts().hosting.code_for(request)
    return now.jurisdiction


def actor() -> Actor:
    """Return who acts: known once the transaction is open, a citizen before."""
    return state.current().actor


def csrf_token() -> str:
    """Return what a signed-in browser must send back with each change; empty for everybody else."""
    return state.current().csrf


def may(operation: str) -> bool:
    """Tell whether who acts may do an operation of the permission matrix."""
    return permissions.may(actor().role, operation)


def require(operation: str) -> Actor:
    """Return who acts when they may do an operation. Raises NotSignedIn, OperationNotAllowed."""
    who = actor()
    if permissions.may(who.role, operation):
        return who
    if who.role == "citizen":
        raise errors.NotSignedIn
    raise errors.OperationNotAllowed(operation=operation, role=who.role)


def clock() -> datetime:
    """Return the current instant by the application's clock, in UTC."""
    return state.parts().clock()


def settings() -> Settings:
    """Return the settings of the application at hand."""
    return state.parts().settings


def request_id() -> str:
    """Return the id under which this request is logged."""
    return state.current().request_id
