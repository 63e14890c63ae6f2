"""What the composition root hands to the edge, and what the edge knows of the request at hand."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import cast

from flask import current_app, g
from sqlalchemy import Engine

from tracker.accounts.actor import CITIZEN, Actor
from tracker.accounts.attempts import Attempts
from tracker.clock import Clock
from tracker.config import Settings
from tracker.db import Selected
from tracker.http.hosting import Hosting

EXTENSION = "vigie"


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The parts of one application, made once by `create_app`."""

    settings: Settings
    engine: Engine
    clock: Clock
    hosting: Hosting
    attempts: Attempts


@dataclass(slots=True)
class State:
    """One request: its id, and what was learnt of it so far."""

    request_id: str
    began: float = field(default_factory=perf_counter)
    jurisdiction: str | None = None
    selected: Selected | None = None
    actor: Actor = CITIZEN
    csrf: str = ""
    is_identified: bool = False
    language: str | None = None
    may_redo: bool = False  # whether the whole request can still be done again: nothing of it has been kept


def parts() -> Parts:
    """Return the parts of the application at hand."""
    return cast(Parts, current_app.extensions[EXTENSION])


def current() -> State:
    """Return what is known of the request at hand."""
    return cast(State, g.state)
