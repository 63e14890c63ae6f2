"""A notice as an e-mail (RFC 5322): text and HTML alternatives, and what keeps machines from answering it.

The headers that a relay signs (DKIM, RFC 6376: From, To, Subject, Date, Message-ID, Reply-To, References,
List-Unsubscribe, List-Unsubscribe-Post, MIME-Version, Content-Type) are present once at most and the same
on every attempt: `Date` is the notice's, `Message-ID` its delivery.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from uuid import UUID

from tracker.notify.channels.channel import Message
from tracker.notify.keyring import Keyring

TEXT_LIMIT = 100_000
SUBJECT_LIMIT = 200
REPLY, BOUNCE, UNSUBSCRIBE = "reply", "bounce", "unsubscribe"
UNSUBSCRIBE_PATH = "/desabonnement"
# Addresses and identifiers stay on one line: some receivers read no further than it.
_UNFOLDED = frozenset({"list-unsubscribe", "message-id", "references", "in-reply-to"})
_FOOT = {
    "fr": ("Voir le dossier", "Ne plus recevoir ces courriels", "Vous pouvez répondre à ce courriel."),
    "en": ("See the file", "Stop receiving these e-mails", "You can answer this e-mail."),
}
_PAGE = """\
<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{subject}</title></head>
<body style="margin:0;background:#F2F4F1;color:#13211F;font:16px/1.5 'Segoe UI',Roboto,Arial,sans-serif">
<main style="max-width:36em;margin:0 auto;padding:24px">
<p style="margin:0 0 16px;padding:0 0 0 12px;border-left:6px solid #F4B52C;font-weight:700">{city}</p>
<div style="background:#FFFFFF;border:1px solid #D6DDD8;border-radius:10px;padding:24px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:28px">{subject}</h1>
{paragraphs}
{button}</div>
<p style="margin:16px 0 0;font-size:14px;color:#4A5A56">{foot}</p>
</main></body></html>
"""
_BUTTON = (
    '<p style="margin:24px 0 0"><a href="{href}" style="display:inline-block;padding:12px 20px;'
    'border-radius:10px;background:#0A5361;color:#FFFFFF;font-weight:700">{label}</a></p>\n'
)


class _Policy(EmailPolicy):
    """SMTP's own form, with a few headers that are never folded."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _UNFOLDED:
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in _UNFOLDED:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


_POLICY = _Policy(linesep="\r\n", max_line_length=78, cte_type="7bit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """Who writes: `sender` as `Ville <a@b>`, the domain that answers come back to, the public address."""

    sender: str
    reply_domain: str
    public_url: str
    keyring: Keyring

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs, by which our own mail is known when it comes back."""
        return parseaddr(self.sender)[1].rpartition("@")[2].lower()

    def message_id(self, delivery_id: UUID) -> str:
        return f"<{delivery_id}@{self.domain}>"

    def return_path(self, delivery_id: UUID) -> str:
        """Where a relay tells that it could not deliver; the signature keeps strangers from saying so."""
        return f"bounce+{self.keyring.token(BOUNCE, delivery_id)}@{self.reply_domain}"

    def reply_to(self, report_id: UUID) -> str:
        return f"reply+{self.keyring.token(REPLY, report_id)}@{self.reply_domain}"

    def unsubscribe_url(self, notice_id: UUID) -> str:
        return f"{self.public_url}{UNSUBSCRIBE_PATH}/{self.keyring.token(UNSUBSCRIBE, notice_id)}"


def write(message: Message, to: str, head: Letterhead) -> EmailMessage:
    """Return a notice as an e-mail. Whatever is in the notice, it can add no header and no markup."""
    name, sender = parseaddr(head.sender)
    subject = _line(message.subject)[:SUBJECT_LIMIT]
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(_line(name), addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    if message.report_id is not None:
        mail["Reply-To"] = Address(_line(name), addr_spec=head.reply_to(message.report_id))
    mail["Subject"] = subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = head.message_id(message.delivery_id)
    if message.case_id is not None:
        # The thread has a root that nobody ever received: mail programs gather under it all the same.
        root = f"<case.{message.case_id}.{message.report_id or 0}@{head.domain}>"
        mail["References"] = root
        mail["In-Reply-To"] = root
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    unsubscribe = head.unsubscribe_url(message.notice_id) if head.public_url else None
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(_text(message, unsubscribe), cte="quoted-printable")
    mail.add_alternative(
        _page(message, subject, _line(name) or head.domain, unsubscribe),
        subtype="html",
        cte="quoted-printable",
    )
    # Last: making alternatives moves every Content- header into the first of them.
    mail["Content-Language"] = f"{message.language}-CA"
    # The same bytes on every attempt.
    mail.set_boundary(f"=_{message.delivery_id.hex}")
    return mail


def _line(said: str) -> str:
    """Return text as one line that can begin no header of its own.

    Controls become spaces. An encoded word in the text (RFC 2047) would be decoded by the standard library's
    own header objects, line breaks in it included: its mark is broken.
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in said).split())
    return line.replace("=?", "= ?")


def _body(message: Message) -> str:
    text = message.text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"


def _text(message: Message, unsubscribe: str | None) -> str:
    see, stop, answer = _FOOT[message.language]
    parts = [_body(message).rstrip()]
    if message.link:
        parts.append(
            f"{see}: {message.link}"
            if message.language == "en"
            else f"{see}\N{NO-BREAK SPACE}: {message.link}"
        )
    foot = [answer] if message.report_id else []
    if unsubscribe:
        foot.append(
            f"{stop}: {unsubscribe}"
            if message.language == "en"
            else f"{stop}\N{NO-BREAK SPACE}: {unsubscribe}"
        )
    if foot:
        parts.append("-- \n" + "\n".join(foot))
    return "\n\n".join(parts) + "\n"


def _page(message: Message, subject: str, city: str, unsubscribe: str | None) -> str:
    see, stop, answer = _FOOT[message.language]
    paragraphs = "\n".join(
        '<p style="margin:0 0 12px">' + html.escape(each.strip()).replace("\n", "<br>\n") + "</p>"
        for each in _body(message).split("\n\n")
        if each.strip()
    )
    link = message.link if message.link and message.link.startswith(("https://", "http://")) else None
    foot = [html.escape(answer)] if message.report_id else []
    if unsubscribe:
        foot.append(f'<a href="{html.escape(unsubscribe)}" style="color:#0A5361">{html.escape(stop)}</a>')
    return _PAGE.format(
        lang=f"{message.language}-CA",
        subject=html.escape(subject),
        city=html.escape(city),
        paragraphs=paragraphs,
        button=_BUTTON.format(href=html.escape(link), label=html.escape(see)) if link else "",
        foot=" · ".join(foot),
    )
