"""Every table of the application, gathered for migrations and their tests."""

from tracker.accounts import models as accounts
from tracker.bookings import models as bookings
from tracker.cases import models as cases
from tracker.catalogue import models as catalogue
from tracker.db import Base, SharedBase
from tracker.dispatch import models as dispatch
from tracker.duplicates import models as duplicates
from tracker.events import EventRow, EventText
from tracker.evidence import models as evidence
from tracker.http import models as http
from tracker.imports import models as imports
from tracker.jurisdictions import models as jurisdictions
from tracker.letters import models as letters
from tracker.maps import models as maps
from tracker.media import models as media
from tracker.notify import models as notify
from tracker.notify.channels import models as channels
from tracker.notify.inbound import models as inbound
from tracker.oncall import models as oncall
from tracker.outbox import OutboxRow
from tracker.payments import models as payments
from tracker.places import models as places
from tracker.privacy import models as privacy
from tracker.queues import models as queues
from tracker.reports import models as reports
from tracker.signing import SigningKey
from tracker.surges import models as surges
from tracker.thread import models as thread
from tracker.timers import models as timers

__all__ = [
    "Base",
    "EventRow",
    "EventText",
    "OutboxRow",
    "SharedBase",
    "SigningKey",
    "accounts",
    "bookings",
    "cases",
    "catalogue",
    "channels",
    "dispatch",
    "duplicates",
    "evidence",
    "http",
    "imports",
    "inbound",
    "jurisdictions",
    "letters",
    "maps",
    "media",
    "notify",
    "oncall",
    "payments",
    "places",
    "privacy",
    "queues",
    "reports",
    "surges",
    "thread",
    "timers",
]
