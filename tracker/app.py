"""The one composition root: every part of the application is made or received here."""

import os

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import config, db, postgres, web
from tracker.accounts import api as accounts
from tracker.accounts import problems as accounts_problems
from tracker.accounts.attempts import Attempts
from tracker.bookings import api as bookings
from tracker.bookings import problems as bookings_problems
from tracker.cases import api as cases
from tracker.cases import links_api, public_api, related_api, tracking_api, workflows_api
from tracker.cases import problems as cases_problems
from tracker.catalogue import api as catalogue
from tracker.clock import Clock, system_clock
from tracker.config import Settings
from tracker.dispatch import api as dispatch
from tracker.dispatch import problems as dispatch_problems
from tracker.dispatch import rules_api as triage
from tracker.documents import api as documents
from tracker.documents import present as documents_on_cases
from tracker.documents import problems as documents_problems
from tracker.evidence import api as evidence
from tracker.evidence import problems as evidence_problems
from tracker.http import (
    apidocs,
    handlers,
    health,
    hosting,
    language,
    metrics,
    openapi,
    problems,
    provider,
    requests,
    security,
    server,
    state,
)
from tracker.http.application import Application
from tracker.letters import api as letters
from tracker.letters import problems as letters_problems
from tracker.maps import api as maps
from tracker.maps import problems as maps_problems
from tracker.media import api as media
from tracker.media import problems as media_problems
from tracker.notify import api as notices
from tracker.notify import people_api, templates_api
from tracker.notify import problems as notify_problems
from tracker.notify.channels import api as channels
from tracker.notify.channels import problems as channels_problems
from tracker.notify.webhooks import api as webhooks
from tracker.oncall import api as oncall
from tracker.oncall import problems as oncall_problems
from tracker.payments import api as payments
from tracker.payments import problems as payments_problems
from tracker.places import api as places
from tracker.places import boundaries_api
from tracker.places import problems as places_problems
from tracker.privacy import api as privacy
from tracker.privacy import problems as privacy_problems
from tracker.queues import api as queues
from tracker.queues import problems as queues_problems
from tracker.reports import api as reports
from tracker.reports import problems as reports_problems
from tracker.storms import api as storms
from tracker.storms import problems as storms_problems
from tracker.surges import api as surges
from tracker.surges import problems as surges_problems
from tracker.thread import api as thread
from tracker.thread import problems as thread_problems
from tracker.timers import api as timers
from tracker.timers import present as timers_on_cases

BLUEPRINTS = (
    accounts.blp,
    catalogue.blp,
    reports.blp,
    cases.blp,
    links_api.blp,
    tracking_api.blp,
    public_api.blp,
    places.blp,
    boundaries_api.blp,
    dispatch.blp,
    media.blp,
    documents.blp,
    maps.blp,
    storms.blp,
    surges.blp,
    oncall.blp,
    timers.blp,
    notices.blp,
    people_api.blp,
    templates_api.blp,
    thread.blp,
    channels.blp,
    webhooks.blp,
    bookings.blp,
    payments.blp,
    letters.blp,
    workflows_api.blp,
    related_api.blp,
    triage.blp,
    queues.blp,
    evidence.blp,
    privacy.blp,
)
PROBLEMS = (
    problems,
    accounts_problems,
    reports_problems,
    cases_problems,
    places_problems,
    media_problems,
    documents_problems,
    maps_problems,
    storms_problems,
    surges_problems,
    oncall_problems,
    notify_problems,
    thread_problems,
    channels_problems,
    bookings_problems,
    payments_problems,
    letters_problems,
    dispatch_problems,
    queues_problems,
    evidence_problems,
    privacy_problems,
)


def create_app(settings: Settings, *, clock: Clock = system_clock, engine: Engine | None = None) -> Flask:
    """Return the WSGI application over a database; the engine is made from the settings unless given."""
    app = Application("tracker", static_folder="web/static", template_folder="web/templates")
    app.secret_key = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings.upload_limit_bytes
    app.json = provider.OrjsonProvider(app)
    engine = engine or db.make_engine(settings.database_url, pool_size=settings.pool_size)
    app.extensions[state.EXTENSION] = state.Parts(
        settings=settings,
        engine=engine,
        clock=clock,
        hosting=hosting.Hosting(engine, settings.default_jurisdiction),
        attempts=Attempts(),
    )
    requests.init_app(app)
    language.init_app(app)
    handlers.init_app(app)
    for feature in PROBLEMS:
        feature.register()
    timers_on_cases.register()
    documents_on_cases.register()
    _faces(app)
    _middleware(app, settings)
    return app


def from_environment() -> Flask:
    """Return the application that this process's environment describes; its logs are JSON lines on stderr.

    Raises SettingMissing.
    """
    requests.configure_logging(os.environ.get("VIGIE_LOG_LEVEL", "INFO").upper())
    server.end_with_parent()
    address = postgres.current(os.environ)
    app = create_app(config.from_env(os.environ, database_url=address.app, owner_url=address.owner))
    server.collect_less()
    return app


def _faces(app: Flask) -> None:
    for blueprint in (health.blueprint, metrics.blueprint, problems.blueprint, apidocs.blueprint):
        app.register_blueprint(blueprint)
    api = openapi.init_app(app)
    for blueprint in BLUEPRINTS:
        # The pages have blueprints of the same names.
        api.register_blueprint(blueprint, name=f"api-{blueprint.name}")
    web.register(app)


def _middleware(app: Flask, settings: Settings) -> None:
    application = security.Headers(hosting.PathPrefix(app.wsgi_app), app, settings)
    hops = settings.forwarded_hops
    if hops:
        # Only what our own proxies said is believed; by default nobody is.
        app.wsgi_app = ProxyFix(application, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    else:
        app.wsgi_app = application  # type: ignore[method-assign]
