"""`vigie worker`: follow facts, fire timers, run periodic jobs; and see how they fare."""

import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from threading import Event

import click
from prometheus_client import start_http_server
from sqlalchemy import Engine

from tracker import clock, config, db, outbox
from tracker.cli import ready
from tracker.cli.text import Failure, Group, say
from tracker.http.requests import configure_logging
from tracker.jobs import delivering, status, supervising
from tracker.jobs.registry import JOBS
from tracker.jobs.worker import Worker
from tracker.jurisdictions import service as jurisdictions
from tracker.timers import adopting

JURISDICTION = click.option(
    "--jurisdiction", "jurisdiction", metavar="CODE", help="municipalité / municipality"
)


@click.group(
    cls=Group,
    invoke_without_command=True,
    fr="Exécute ce qui doit suivre : échéances, travaux périodiques. Autant qu’on veut, côte à côte.",
)
@click.option("--once", is_flag=True, help="faire ce qui est dû, puis s’arrêter / do what is due, then stop")
@click.option("--metrics-port", type=int, metavar="PORT", help="mesures Prometheus / Prometheus figures")
@click.option("--child-of", type=int, metavar="PID", help="s’arrêter avec ce parent / stop with this parent")
@JURISDICTION
@click.pass_context
def worker(
    context: click.Context,
    jurisdiction: str | None,
    metrics_port: int | None,
    child_of: int | None,
    *,
    once: bool,
) -> None:
    """Do what must follow: timers, reminders, periodic jobs. As many as you like, side by side."""
    if context.invoked_subcommand is not None:
        return
    configure_logging(os.environ.get("VIGIE_LOG_LEVEL", "INFO").upper())
    with ready.application() as engine:
        hand = _hand(engine, jurisdiction)
        with ExitStack() as stack:
            if metrics_port is not None:
                server, _ = start_http_server(metrics_port, addr="127.0.0.1")
                stack.callback(server.shutdown)
            _stop_on_signals(hand.stop)
            if child_of is not None:
                supervising.stop_with_parent(child_of, hand.stop.set)
            if once:
                done = hand.run_once()
                say(fr=f"{done} choses faites.", en=f"{done} things done.")
            else:
                hand.run()


@worker.command("status", fr="Dit ce qui attend, ce qui est en retard et ce qui a échoué.")
@JURISDICTION
def tell_status(jurisdiction: str | None) -> None:
    """Tell what waits, what is late and what failed; exit with 1 when something is parked."""
    with ready.application() as engine:
        parked = 0
        for code in _codes(engine, jurisdiction):
            with db.transaction(engine, code) as session:
                told = status.of(session, clock.system_clock())
            for line in told.lines():
                click.echo(f"{code}\t{line}")
            parked += told.parked
    if parked:
        raise Failure(
            fr=f"{parked} choses sont mises de côté : voyez l’erreur, puis « vigie worker retry ».",
            en=f"{parked} things are parked: see the error, then “vigie worker retry”.",
        )


@worker.command(fr="Prend en charge les dossiers qui étaient là avant (importés, démonstration).")
@JURISDICTION
def adopt(jurisdiction: str | None) -> None:
    """Take up the cases that were there before (imported, demo)."""
    with ready.application() as engine:
        for code in _codes(engine, jurisdiction):
            with db.transaction(engine, code) as session:
                if not outbox.take_turn(session):
                    raise Failure(
                        fr=f"{code} : un autre s’en occupe en ce moment ; recommencez.",
                        en=f"{code}: another worker is at it right now; try again.",
                    )
                told = adopting.adopt(session, clock.system_clock())
            say(
                fr=f"{code} : {told.cases} dossiers pris en charge, {told.timers} échéances posées, "
                f"{told.lapsed} passées et laissées.",
                en=f"{code}: {told.cases} cases taken up, {told.timers} timers set, "
                f"{told.lapsed} past ones left.",
            )


@worker.command(fr="Réessaie ce qui a été mis de côté.")
@JURISDICTION
def retry(jurisdiction: str | None) -> None:
    """Try again what was parked."""
    with ready.application() as engine:
        for code in _codes(engine, jurisdiction):
            with db.transaction(engine, code) as session:
                freed = status.free(session)
            say(fr=f"{code} : {freed} choses à réessayer.", en=f"{code}: {freed} things to try again.")


def _hand(engine: Engine, jurisdiction: str | None) -> Worker:
    address = ready.started()[0]
    settings = config.from_env(os.environ, database_url=address.app, owner_url=address.owner)
    codes = _codes(engine, jurisdiction) if jurisdiction else None
    return Worker(
        engine=engine,
        clock=clock.system_clock,
        jobs=JOBS,
        codes=codes,
        sender=delivering.sender(settings),
    )


def _codes(engine: Engine, wanted: str | None) -> Sequence[str]:
    """Return the jurisdictions meant: the one named, else all. Raises Failure."""
    known = [town.code for town in jurisdictions.listing(engine)]
    if wanted is None:
        return known
    if wanted not in known:
        raise Failure(
            fr=f"aucune municipalité n’a le code « {wanted} ».",
            en=f"no municipality has the code “{wanted}”.",
        )
    return [wanted]


def _stop_on_signals(stop: Event) -> None:
    """On SIGTERM or SIGINT finish what is under way; a second one ends at once, as it always does."""

    def asked(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
