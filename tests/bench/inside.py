"""The same application inside this process, to see the statements that one request sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.bench import capture
from tests.bench.capture import Sent
from tests.bench.place import CODE, Place
from tracker import db
from tracker.accounts import tokens
from tracker.accounts.actor import SYSTEM
from tracker.app import create_app
from tracker.clock import system_clock
from tracker.config import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """A client of the application in this process, and a dispatcher's key."""

    client: FlaskClient
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def ask(
        self, method: str, path: str, status: int = 200, **options: Any
    ) -> tuple[list[Sent], TestResponse]:
        """Send one request and return the statements it took with the answer, which must have `status`.

        Another one goes first, so that what is read again every few seconds counts in neither.
        """
        self.client.get("/api/v1/services")
        with capture.recorded() as sent:
            answer = self.client.open(path, method=method, **options)
        if answer.status_code != status:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:500]}")
        return sent, answer


@contextmanager
def opened(place: Place, folder: Path) -> Iterator[Inside]:
    """Give the application over a place's database, warm: its reference data is read already."""
    before = structlog.get_config()
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], logger_factory=_Silent)
    engine = db.make_engine(place.database.app_url, pool_size=1)
    capture.watch(engine)
    settings = Settings(
        database_url=place.database.app_url,
        owner_url=place.database.owner_url,
        secret_key="measures",
        var=folder,
        media=folder / "media",
        is_secure=False,
        default_jurisdiction=CODE,
    )
    try:
        app = create_app(settings, engine=engine)
        inside = Inside(client=app.test_client(), token=_token(place))
        for _ in range(2):
            inside.ask("GET", "/api/v1/cases?limit=1", headers=inside.headers)
        yield inside
    finally:
        engine.dispose()
        structlog.configure(**before)  # another town's application may be open around this one


def _token(place: Place) -> str:
    wanted = tokens.Wanted(label="bench", role="dispatcher")
    with db.transaction(place.app) as session:
        return tokens.create(session, wanted, jurisdiction=CODE, by=SYSTEM, at=system_clock())[1]


class _Silent:
    """A logger that says nothing: only the served application's log is part of the measure."""

    def __init__(self, *_: Any) -> None: ...

    def msg(self, *_: Any, **__: Any) -> None: ...

    log = debug = info = warning = error = critical = msg
