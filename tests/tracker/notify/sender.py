"""A sending process of its own, which a test may kill: `python -m tests.tracker.notify.sender`."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

from tests.support.city import City
from tests.support.database import PROJECT
from tracker import db
from tracker.notify import sending
from tracker.notify.channels import opening


def send(town: City, settings: dict[str, str], **more: Any) -> sending.Tally:
    """Send what is due, by the town's clock."""
    return sending.send_due(town.place.app, town.code, channels(town, settings), town.clock.now, **more)


def channels(town: City, settings: dict[str, str]) -> sending.Channels:
    return opening.of_settings(settings, town.code, town.place.settings.secret_key)


def started(town: City, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that sends what is due by the town's clock as it is now."""
    said = json.dumps(
        {
            "url": town.place.settings.database_url,
            "code": town.code,
            "secret_key": town.place.settings.secret_key,
            "now": town.clock.now.isoformat(),
            "settings": settings,
        }
    )
    command = [sys.executable, "-m", "tests.tracker.notify.sender", said]
    return subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def main() -> None:
    said = json.loads(sys.argv[1])
    engine = db.make_engine(said["url"], pool_size=1)
    made = opening.of_settings(said["settings"], said["code"], said["secret_key"])
    sending.send_due(engine, said["code"], made, datetime.fromisoformat(said["now"]))
    engine.dispose()


if __name__ == "__main__":
    main()
