"""Counting what is really sent to the database, whichever library sends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tracker.prepared import Prepared


@contextmanager
def counted() -> Iterator[list[str]]:
    """Give a list that fills with every statement sent while it is open; BEGIN and COMMIT are not counted."""
    sent: list[str] = []
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def noted(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *args, **more)

    def noted_many(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(str(query))
        return executemany(self, query, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        patch.setattr(psycopg.Cursor, "executemany", noted_many)
        patch.setattr(Prepared, "_arrived", lambda self, _values, _result: sent.append(self.text))
        yield sent
