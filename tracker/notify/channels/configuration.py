"""What an operator says of the channels: environment variables, read once, no secret in the database.

Every name begins with `VIGIE_NOTIFY_`; `VIGIE_NOTIFY_X__CODE` says it for one jurisdiction only. A secret may
be in a file instead: `VIGIE_NOTIFY_SMTP_PASSWORD_FILE`. docs/howto/channels.md has the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

PREFIX = "VIGIE_NOTIFY_"


class SettingInvalid(Exception):
    """A setting of the channels cannot be used."""

    def __init__(self, name: str, *, fr: str, en: str) -> None:
        super().__init__(f"{PREFIX}{name}: {en}")
        self.in_french = f"{PREFIX}{name}\N{NO-BREAK SPACE}: {fr}"
        self.in_english = f"{PREFIX}{name}: {en}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Smtp:
    """The mail relay. `security` is `starttls`, `tls`, or `none` for a relay on this machine."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    ca_file: str | None = None
    sender: str = ""
    reply_domain: str = ""
    timeout_s: float = 15.0
    per_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Twilio:
    """A Twilio-compatible text message provider."""

    url: str
    account: str
    token: str
    sender: str
    timeout_s: float = 15.0
    per_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Smpp:
    """A text message centre that speaks SMPP 3.4."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    is_tls: bool = False
    ca_file: str | None = None
    timeout_s: float = 15.0
    per_s: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """The channels of one jurisdiction; what is None is not offered."""

    code: str
    secret_key: str
    public_url: str = ""
    smtp: Smtp | None = None
    sms: Twilio | Smpp | None = None
    push_contact: str = ""
    allows_loopback: bool = False
    timeout_s: float = 15.0


def read(given: Mapping[str, str], code: str, *, secret_key: str) -> Configuration:
    """Return the configuration of a jurisdiction. Raises SettingInvalid."""
    known = _Known(given, code)
    public_url = known.text("PUBLIC_URL").rstrip("/")
    return Configuration(
        code=code,
        secret_key=secret_key,
        public_url=public_url,
        smtp=_smtp(known),
        sms=_sms(known),
        push_contact=known.text("PUSH_CONTACT") or public_url,
        allows_loopback=known.text("ALLOW_LOOPBACK") == "1",
        timeout_s=known.number("TIMEOUT_S", 15.0),
    )


class _Known:
    """The variables, the jurisdiction's own before everybody's."""

    def __init__(self, given: Mapping[str, str], code: str) -> None:
        self._given, self._own = given, f"__{code.upper()}"

    def text(self, name: str, default: str = "") -> str:
        for full in (f"{PREFIX}{name}{self._own}", f"{PREFIX}{name}"):
            if full in self._given:
                return self._given[full].strip()
        return default

    def secret(self, name: str) -> str:
        file = self.text(f"{name}_FILE")
        if not file:
            return self.text(name)
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingInvalid(
                f"{name}_FILE", fr=f"« {file} » ne se lit pas", en=f"cannot read {file}"
            ) from error

    def number(self, name: str, default: float) -> float:
        said = self.text(name)
        try:
            return float(said) if said else default
        except ValueError as error:
            raise SettingInvalid(name, fr="nombre attendu", en="a number is expected") from error


def _smtp(known: _Known) -> Smtp | None:
    said = known.text("SMTP_URL")
    if not said:
        return None
    url, port = _address("SMTP_URL", said)
    security = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}.get(url.scheme)
    if security is None or not url.hostname:
        raise SettingInvalid(
            "SMTP_URL", fr="smtp://, smtps:// ou smtp+plain://", en="smtp://, smtps:// or smtp+plain://"
        )
    sender = known.text("FROM")
    domain = parseaddr(sender)[1].rpartition("@")[2]
    if not domain:
        raise SettingInvalid("FROM", fr="adresse d’expédition attendue", en="a sender's address is expected")
    user, password = unquote(url.username or ""), unquote(url.password or "")
    password = known.secret("SMTP_PASSWORD") or password
    if user and security == "none":
        raise SettingInvalid("SMTP_URL", fr="pas de mot de passe sans TLS", en="no password without TLS")
    return Smtp(
        host=url.hostname,
        port=port or {"starttls": 587, "tls": 465, "none": 25}[security],
        security=security,
        user=user,
        password=password,
        ca_file=known.text("SMTP_CA") or None,
        sender=sender,
        reply_domain=known.text("REPLY_DOMAIN") or domain,
        timeout_s=known.number("TIMEOUT_S", 15.0),
        per_s=known.number("SMTP_PER_S", 0.0),
    )


def _sms(known: _Known) -> Twilio | Smpp | None:
    said = known.text("SMS_URL")
    if not said:
        return None
    url, port = _address("SMS_URL", said)
    sender = known.text("SMS_FROM")
    timeout_s, per_s = known.number("TIMEOUT_S", 15.0), known.number("SMS_PER_S", 0.0)
    token = known.secret("SMS_TOKEN")
    if url.scheme in ("smpp", "smpps") and url.hostname:
        return Smpp(
            host=url.hostname,
            port=port or 2775,
            user=unquote(url.username or ""),
            password=token or unquote(url.password or ""),
            sender=sender,
            is_tls=url.scheme == "smpps",
            ca_file=known.text("SMS_CA") or None,
            timeout_s=timeout_s,
            per_s=per_s,
        )
    if url.scheme in ("http", "https") and url.hostname:
        account = known.text("SMS_ACCOUNT")
        if not (account and token and sender):
            raise SettingInvalid(
                "SMS_URL",
                fr="SMS_ACCOUNT, SMS_TOKEN et SMS_FROM vont avec",
                en="SMS_ACCOUNT, SMS_TOKEN and SMS_FROM go with it",
            )
        return Twilio(
            url=said.rstrip("/"),
            account=account,
            token=token,
            sender=sender,
            timeout_s=timeout_s,
            per_s=per_s,
        )
    raise SettingInvalid("SMS_URL", fr="https:// ou smpp://", en="https:// or smpp://")


def _address(name: str, said: str) -> tuple[SplitResult, int | None]:
    try:
        url = urlsplit(said)
        return url, url.port
    except ValueError as error:
        raise SettingInvalid(name, fr="adresse mal écrite", en="not an address") from error
