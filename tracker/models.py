"""Every table of the application, gathered for migrations and their tests."""

from tracker.accounts import models as accounts
from tracker.cases import models as cases
from tracker.catalogue import models as catalogue
from tracker.db import Base, SharedBase
from tracker.dispatch import models as dispatch
from tracker.duplicates import models as duplicates
from tracker.events import EventRow
from tracker.http import models as http
from tracker.imports import models as imports
from tracker.jurisdictions import models as jurisdictions
from tracker.maps import models as maps
from tracker.media import models as media
from tracker.places import models as places
from tracker.reports import models as reports
from tracker.surges import models as surges

__all__ = [
    "Base",
    "EventRow",
    "SharedBase",
    "accounts",
    "cases",
    "catalogue",
    "dispatch",
    "duplicates",
    "http",
    "imports",
    "jurisdictions",
    "maps",
    "media",
    "places",
    "reports",
    "surges",
]
