"""The channels of a jurisdiction, made of what its operator configured."""

from collections.abc import Mapping

from tracker.config import Settings
from tracker.jurisdictions.models import Jurisdiction
from tracker.notify.channels import configuration, kept
from tracker.notify.channels.channel import Channel
from tracker.notify.channels.configuration import Configuration, Smpp, Twilio
from tracker.notify.channels.email import EmailChannel
from tracker.notify.channels.letter import Letterhead
from tracker.notify.channels.push import PushChannel
from tracker.notify.channels.twilio import TwilioChannel
from tracker.notify.channels.webhook import WebhookChannel
from tracker.notify.keyring import Keyring

KEPT = "demo/notices.jsonl"


def open_channels(given: Configuration) -> Mapping[str, Channel]:
    """Return the channels by name. What is not configured is not there: its deliveries wait."""
    keyring = keyring_of(given)
    found: list[Channel] = [PushChannel(given, keyring), WebhookChannel(given, keyring)]
    head = letterhead(given)
    if given.smtp is not None and head is not None:
        found.append(EmailChannel(given.smtp, head))
    if isinstance(given.sms, Twilio):
        found.append(TwilioChannel(given, given.sms, keyring))
    if isinstance(given.sms, Smpp):
        from tracker.notify.channels.smpp import SmppChannel  # a library few towns need

        found.append(SmppChannel(given.sms))
    return {each.name: each for each in found}


def of_settings(settings: Mapping[str, str], code: str, secret_key: str) -> Mapping[str, Channel]:
    """Return the channels that these variables describe. Raises SettingInvalid."""
    return open_channels(configuration.read(settings, code, secret_key=secret_key))


def of_town(town: Jurisdiction, settings: Settings) -> Mapping[str, Channel]:
    """Return the channels of a town, which for a demo town end in a file here, whatever is configured.

    Raises SettingInvalid.
    """
    if town.is_demo:
        return kept.channels(settings.var / KEPT)
    return of_settings(settings.notify, town.code, settings.secret_key)


def keyring_of(given: Configuration) -> Keyring:
    """Return the keys of the jurisdiction."""
    return Keyring(secret_key=given.secret_key, code=given.code)


def letterhead(given: Configuration) -> Letterhead | None:
    """Return who signs the e-mails, when there are any."""
    if given.smtp is None:
        return None
    return Letterhead(
        sender=given.smtp.sender,
        reply_domain=given.smtp.reply_domain,
        public_url=given.public_url,
        keyring=keyring_of(given),
    )
