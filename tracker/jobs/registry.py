"""What is done again and again: the one list to which a feature adds its job."""

from datetime import time, timedelta

from tracker.cases import pausing
from tracker.evidence import checkpoints
from tracker.http import idempotency
from tracker.jobs.periodic import Periodic
from tracker.notify import digests
from tracker.notify.inbound import service as inbound
from tracker.oncall import service as oncall
from tracker.privacy import service as privacy
from tracker.storms import service as storms
from tracker.surges import service as surges
from tracker.timers import causes, checking

FRIDAY = 5

JOBS: tuple[Periodic, ...] = (
    Periodic(
        name="find_surges", every=timedelta(minutes=5), run=lambda session, now: surges.find(session, now=now)
    ),
    Periodic(name="storms", every=timedelta(minutes=2), run=storms.advance),
    Periodic(name="end_pauses", every=timedelta(hours=1), run=pausing.end_spent),
    Periodic(name="purge_mail", every=timedelta(days=1), run=inbound.purge, at=time(4, 0)),
    Periodic(name="purge_wishes", every=timedelta(days=1), run=digests.purge, at=time(4, 10)),
    Periodic(name="digests", every=timedelta(minutes=5), run=digests.make_digests),
    Periodic(name="page_tests", every=timedelta(minutes=1), run=oncall.call_unanswered_tests),
    Periodic(name="handover", every=timedelta(days=7), run=oncall.hand_over, at=time(16, 0), weekday=FRIDAY),
    Periodic(name="find_causes", every=timedelta(hours=1), run=causes.find),
    Periodic(name="check_cases", every=timedelta(days=1), run=checking.check, at=time(3, 10)),
    Periodic(
        name="purge_keys",
        every=timedelta(days=1),
        run=lambda session, now: idempotency.purge(session, at=now),
        at=time(3, 20),
    ),
    Periodic(name="checkpoint", every=timedelta(minutes=10), run=checkpoints.make_checkpoint),
    Periodic(name="anonymise", every=timedelta(days=1), run=privacy.anonymise, at=time(3, 40)),
    Periodic(name="purge_photos", every=timedelta(days=1), run=privacy.purge_photos, at=time(3, 50)),
)
