"""Settings: one frozen value built from the environment, nothing read at import."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


class SettingMissing(Exception):
    """A required setting is absent."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} must be set / {name} doit être défini")
        self.name = name


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What an installation decides; see docs/howto/run-a-city.md for the table."""

    database_url: str
    owner_url: str
    secret_key: str
    var: Path
    media: Path
    data: Path = PROJECT / "data"
    default_jurisdiction: str | None = None
    pool_size: int = 8
    upload_limit_bytes: int = 40 * MEGABYTE
    photo_limit_bytes: int = 25 * MEGABYTE
    photos_per_report: int = 5
    document_limit_bytes: int = 15 * MEGABYTE
    documents_per_sending: int = 5
    pages_per_document: int = 300
    is_secure: bool = True
    is_demo: bool = False
    forwarded_hops: int = 0
    # What begins with VIGIE_NOTIFY_: the channels read it for each jurisdiction (docs/howto/channels.md).
    notify: Mapping[str, str] = field(default_factory=dict, repr=False)
    payment_secret: str = ""
    evidence_key_file: Path | None = None
    checkpoints_folder: Path | None = None

    @property
    def evidence_key(self) -> Path:
        """Return the file of the key that signs checkpoints; it belongs on another disk than the database."""
        return self.evidence_key_file or self.var / "evidence" / "key.pem"

    @property
    def checkpoints(self) -> Path:
        """Return the folder that signed checkpoints are written to, to be carried off this host."""
        return self.checkpoints_folder or self.var / "evidence" / "checkpoints"


def from_env(env: Mapping[str, str], *, database_url: str = "", owner_url: str = "") -> Settings:
    """Build the settings from an environment; the embedded database's URLs fill in when none is given.

    Raises SettingMissing when no database or no secret key can be had.
    """
    url = env.get("VIGIE_DATABASE_URL", database_url)
    if not url:
        raise SettingMissing("VIGIE_DATABASE_URL")
    var = Path(env.get("VIGIE_VAR", str(PROJECT / "var")))
    return Settings(
        database_url=url,
        owner_url=env.get("VIGIE_OWNER_DATABASE_URL", owner_url or url),
        secret_key=env.get("VIGIE_SECRET_KEY") or _kept_secret(var),
        var=var,
        media=Path(env.get("VIGIE_MEDIA", str(var / "media"))),
        default_jurisdiction=env.get("VIGIE_JURISDICTION"),
        pool_size=int(env.get("VIGIE_POOL_SIZE", "8")),
        is_secure=env.get("VIGIE_INSECURE_COOKIES") != "1",
        is_demo=env.get("VIGIE_DEMO") == "1",
        forwarded_hops=int(env.get("VIGIE_FORWARDED_HOPS", "0")),
        notify={name: value for name, value in env.items() if name.startswith("VIGIE_NOTIFY_")},
        payment_secret=env.get("VIGIE_PAYMENT_SECRET", ""),
        evidence_key_file=_path(env.get("VIGIE_EVIDENCE_KEY")),
        checkpoints_folder=_path(env.get("VIGIE_CHECKPOINTS")),
    )


def _path(named: str | None) -> Path | None:
    return Path(named) if named else None


def _kept_secret(var: Path) -> str:
    """Return the installation's own key, made once and kept readable by its owner only."""
    file = var / "secret_key"
    if not file.exists():
        var.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii")
