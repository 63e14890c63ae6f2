"""The channels of a demo town: every notice is written into a file of this machine, none leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy.orm import Session

from tracker.notify.channels import channel
from tracker.notify.channels.channel import Channel, Message, Outcome

NAMES = ("email", "sms", "push", "webhook")


class KeptChannel:
    """A channel that answers for every message and hands it to nobody: a JSON line each, for reading."""

    addresses, run = 50, 50

    def __init__(self, name: str, file: Path) -> None:
        self.name = name
        self._file = file

    def prepare(self, session: Session, messages: Sequence[Message]) -> Sequence[Message]:
        """Return them as they are."""
        return messages

    @contextmanager
    def opened(self) -> Iterator[KeptLine]:
        """Give a line into the file, which only its owner reads: people type addresses into a demo too."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.touch(mode=0o600)
        yield KeptLine(self._file)

    def settled(self, session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
        """Nothing more to note."""

    def gave_up(self, session: Session, message: Message, reason: str, now: datetime) -> None:
        """It never does."""


class KeptLine:
    """The file, for one batch."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def send(self, message: Message) -> Outcome:
        """Write one message down, whole lines only: several workers may write at once."""
        told = {
            "at": message.created_at,
            "channel": message.channel,
            "to": message.address,
            "kind": message.kind,
            "language": message.language,
            "subject": message.subject,
            "text": message.text,
            "link": message.link,
        }
        try:
            with self._file.open("ab", buffering=0) as file:
                file.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            return channel.down(f"cannot be written down: {error.strerror}")
        return channel.sent()


def channels(file: Path) -> Mapping[str, Channel]:
    """Return a channel of each name, all of which write into one file."""
    return {name: KeptChannel(name, file) for name in NAMES}
