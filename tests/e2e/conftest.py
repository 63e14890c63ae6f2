"""The town served on a port of this machine, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.e2e.browsing import Site, opened
from tests.support import city as cities
from tests.support import pictures, towns
from tests.support.city import City
from tests.support.database import Database

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if "/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def town(database_server: Database) -> Iterator[City]:
    """The town of the tests, in a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="vigie-e2e-", dir="/tmp"))
    with towns.alone(database_server, folder, "e2e") as place:
        cities.found(place)
        clock = towns.FakeClock()
        clock.now = cities.MONDAY
        tokens = {role: towns.token_for(place, cities.CODE, role, at=clock.now) for role in cities.STAFF}
        for role in cities.STAFF:
            towns.hire(place, cities.CODE, role)
        yield City(place=place, app=towns.application(place, clock), clock=clock, tokens=tokens)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def address(town: City) -> Iterator[str]:
    """Where the town's pages are served."""
    server = make_server("127.0.0.1", 0, town.app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    program = os.environ.get("VIGIE_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert program, "these tests need Chromium (make test installs it)"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, headless=True, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def site(browser: Browser, address: str, town: City) -> Iterator[Site]:
    """The served town, emptied of its cases, and a way to open browsers on it."""
    cities.wipe(town)
    made = Site(browser=browser, address=address, town=town)
    yield made
    made.close()


@pytest.fixture
def page(site: Site) -> Page:
    """A resident's phone, in French."""
    return opened(site)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture of the work done."""
    file = tmp_path / "apres.jpg"
    file.write_bytes(pictures.taken_at())
    return file
