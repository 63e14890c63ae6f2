"""The town with its providers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tracker.notify import peers
from tests.tracker.notify.peers import PASSWORD, USER, Relay


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that the relay shows and the sender verifies."""
    return peers.certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def relay(pair: tuple[Path, Path]) -> Iterator[Relay]:
    with peers.running(Relay(*pair)) as started:
        yield started


@pytest.fixture
def mail(relay: Relay, tmp_path: Path) -> dict[str, str]:
    """How an operator describes that relay."""
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    return {
        "VIGIE_NOTIFY_SMTP_URL": f"smtp://{USER}@localhost:{relay.port}",
        "VIGIE_NOTIFY_SMTP_PASSWORD_FILE": str(password),
        "VIGIE_NOTIFY_SMTP_CA": str(relay.pem),
        "VIGIE_NOTIFY_FROM": "Ville de Lac-aux-Sables <info@lac.test>",
        "VIGIE_NOTIFY_REPLY_DOMAIN": "reponse.lac.test",
        "VIGIE_NOTIFY_PUBLIC_URL": "https://lac.test",
        "VIGIE_NOTIFY_TIMEOUT_S": "1",
    }
