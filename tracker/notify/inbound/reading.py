"""An e-mail as it arrived, read once: who, about what, whether a person wrote it, and their words alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr
from typing import Any, cast

from mailparser_reply import EmailReplyParser

TEXT_LIMIT = 200_000
_TAGS = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr)\b[^>]*>", re.IGNORECASE)
# « Le 4 mai 2026 à 09:00, Ville a écrit : », on one line or two. The parser misses it after a text that
# itself begins with « Le ».
_QUOTE = re.compile(
    r"^[ >]*(?:Le|On)\s(?=[^\n]*\d)[^\n]{4,200}(?:\n[^\n]{0,200})?\s(?:a écrit|wrote)\s*:[ \t]*$",
    re.MULTILINE,
)
_IDS = re.compile(r"<([^<>\s]{1,300})>")
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "ne-pas-repondre", "donotreply", "bounce")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """What a delivery status report says (RFC 3464)."""

    action: str
    status: str
    detail: str

    @property
    def is_final(self) -> bool:
        """Tell whether the address itself is dead (RFC 3463: 5.1.x, 5.2.1)."""
        return self.status.startswith("5.1.") or self.status == "5.2.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One received message. `automatic` says why no person wrote it, and is empty when one did."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    automatic: str
    bounce: Bounce | None
    text: str
    attachments: tuple[str, ...]


def read(raw: bytes, *, recipient: str = "", return_path: str | None = None) -> Letter:
    """Read a message. `recipient` and `return_path` are those of the envelope, where they are known.

    Whatever the bytes, something is returned: what cannot be read is empty.
    """
    mail = message_from_bytes(raw, policy=default)
    text = _said(mail)
    return Letter(
        message_id=_header(mail, "message-id")[:500],
        sender=_address(_header(mail, "from")),
        recipients=tuple(_recipients(mail, recipient)),
        references=tuple(
            _IDS.findall(f"{_header(mail, 'in-reply-to')} {_header(mail, 'references')}"[:20_000])
        ),
        subject=_header(mail, "subject")[:300],
        automatic=_automatic(mail, return_path),
        bounce=_bounce(mail),
        text=_latest(text),
        attachments=tuple(_attachments(mail)),
    )


def _header(mail: EmailMessage, name: str) -> str:
    """Return a header as text; a header that the standard library cannot parse is read as it stands."""
    try:
        return str(mail.get(name, "")).strip()
    except Exception:  # its parser raises IndexError, AttributeError and others on hostile headers
        raw = [value for key, value in mail._headers if key.lower() == name]  # type: ignore[attr-defined]
        return str(raw[0]).strip() if raw else ""


def _address(said: str) -> str:
    return parseaddr(said)[1].strip().lower()[:254]


def _recipients(mail: EmailMessage, recipient: str) -> Iterator[str]:
    if recipient:
        yield recipient.strip("<> ").lower()
    for name in _RECIPIENTS:
        for _, address in getaddresses([_header(mail, name)[:5_000]]):
            if address:
                yield address.lower()


def _automatic(mail: EmailMessage, return_path: str | None) -> str:
    """Return what shows that a machine wrote this (RFC 3834 §2, and what vacation programs really send)."""
    submitted = _header(mail, "auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted[:40]}"
    precedence = _header(mail, "precedence").lower()
    if precedence in ("bulk", "junk", "list", "auto_reply", "auto-reply"):
        return f"Precedence: {precedence}"
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-vacation"):
        value = _header(mail, name).lower()
        if value and value not in ("no", "false"):
            return name
    for name in ("list-id", "list-post", "list-unsubscribe", "x-mailing-list", "mailing-list"):
        if _header(mail, name):
            return f"mailing list ({name})"
    given = _header(mail, "return-path") if return_path is None else return_path
    if given.strip() == "<>" or (return_path is not None and return_path.strip("<> ") == ""):
        return "null return path"
    name = _address(_header(mail, "from")).partition("@")[0]
    if name in _MACHINES:
        return f"from {name}"
    return ""


def _bounce(mail: EmailMessage) -> Bounce | None:
    if mail.get_content_type() != "multipart/report":
        return None
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        fields: dict[str, str] = {}
        for block in part.get_payload() if part.is_multipart() else ():
            for key, value in cast(Any, block).items():
                fields.setdefault(key.lower(), str(value).strip())
        if "action" in fields:
            return Bounce(
                action=fields["action"].lower(),
                status=fields.get("status", "").split(" ")[0],
                detail=fields.get("diagnostic-code", "")[:300],
            )
    return None


def _said(mail: EmailMessage) -> str:
    for kind in ("plain", "html"):
        try:
            part = mail.get_body((kind,))
            content = cast(EmailMessage, part).get_content() if part is not None else ""
        except (LookupError, ValueError, AttributeError, TypeError):  # unknown charsets, broken structures
            continue
        if isinstance(content, str) and content.strip():
            content = content[:TEXT_LIMIT].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
            return content if kind == "plain" else _without_markup(content)
    return ""


def _without_markup(content: str) -> str:
    text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", content)))
    return "\n".join(line.strip() for line in text.splitlines())


def _latest(text: str) -> str:
    """Return what this person wrote now, without what they quote and without their signature."""
    if not text.strip():
        return ""
    quote = _QUOTE.search(text)
    if quote is not None:
        text = text[: quote.start()]
    told = EmailReplyParser(languages=["fr", "en"]).read(text).latest_reply or ""
    return str(told).strip()


def _attachments(mail: EmailMessage) -> Iterator[str]:
    try:
        parts = list(mail.iter_attachments())
    except (AttributeError, KeyError, TypeError, ValueError):
        return
    for part in parts[:50]:
        try:
            name = part.get_filename() or part.get_content_type()
        except Exception:  # hostile Content-Disposition headers
            name = "?"
        yield " ".join("".join(each if each.isprintable() else " " for each in name).split())[:100]
