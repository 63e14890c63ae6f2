"""The town that a command of `vigie notify` works for."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker import config, db
from tracker.cli import ready
from tracker.cli.text import Failure
from tracker.jurisdictions import service as jurisdictions
from tracker.notify.channels import configuration, opening
from tracker.notify.channels.channel import Channel
from tracker.notify.channels.configuration import Configuration
from tracker.notify.keyring import Keyring


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """A town, the database, and how its channels are configured."""

    engine: Engine
    code: str
    configuration: Configuration
    settings: config.Settings

    @property
    def keyring(self) -> Keyring:
        return opening.keyring_of(self.configuration)

    def channels(self) -> Mapping[str, Channel]:
        """Return what its notices leave by; a demo town's stay here. Raises Failure."""
        try:
            return opening.of_town(jurisdictions.named(self.engine, self.code), self.settings)
        except db.JurisdictionUnknown:
            raise _unknown(self.code) from None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction in the town."""
        try:
            with db.transaction(self.engine, self.code) as session:
                yield session
        except db.JurisdictionUnknown:
            raise _unknown(self.code) from None


def _unknown(code: str) -> Failure:
    return Failure(
        fr=f"aucune municipalité n’a le code «\u00a0{code}\u00a0».",
        en=f"no municipality has the code “{code}”.",
    )


@contextmanager
def _logs_on_stderr() -> Iterator[None]:
    """Keep stdout for data: what the features log goes to stderr."""
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def opened(wanted: str | None) -> Iterator[Town]:
    """Give the town that is named, else the environment's, else the only one there is.

    Raises Failure, SettingInvalid.
    """
    with ready.application() as engine, _logs_on_stderr():
        code = ready.code_of(engine, wanted)
        url = engine.url.render_as_string(hide_password=False)
        settings = config.from_env(os.environ, database_url=url)
        known = configuration.read(settings.notify, code, secret_key=settings.secret_key)
        yield Town(engine=engine, code=code, configuration=known, settings=settings)
