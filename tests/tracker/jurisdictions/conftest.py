"""Two towns in one database, each with something to steal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.support import towns
from tests.support.towns import Place
from tracker import db


@pytest.fixture(scope="module")
def place(database_server, tmp_path_factory) -> Iterator[Place]:
    """Aube and Brume, with a secret in Brume's tables and an account in the shared schema."""
    with towns.alone(database_server, tmp_path_factory.mktemp("towns"), "towns", "aube", "brume") as opened:
        for code in ("aube", "brume"):
            with db.transaction(opened.app, code) as session:
                session.execute(_SECRET, {"code": f"secret of {code}"})
        towns.hire(opened, "brume", "admin")
        yield opened


_SECRET = text("""
    INSERT INTO refusal (id, at, reason, service_code) VALUES (gen_random_uuid(), now(), :code, 'x')
""")
