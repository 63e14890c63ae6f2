"""The one composition root: every part of the application is made or received here."""

from collections.abc import Mapping

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import config, db, postgres
from tracker.accounts import api as accounts
from tracker.accounts import problems as accounts_problems
from tracker.accounts.attempts import Attempts
from tracker.clock import Clock, system_clock
from tracker.config import Settings
from tracker.http import (
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
    state,
)

BLUEPRINTS = (accounts.blp,)
PROBLEMS = (problems, accounts_problems)


def create_app(settings: Settings, *, clock: Clock = system_clock, engine: Engine | None = None) -> Flask:
    """Return the WSGI application over a database; the engine is made from the settings unless given."""
    app = Flask("tracker", static_folder="web/static", template_folder="web/templates")
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
    _faces(app)
    _middleware(app, settings)
    return app


def application(env: Mapping[str, str]) -> Flask:
    """Return the application that an environment describes, writing its logs as JSON lines.

    Raises SettingMissing, and the embedded database's errors when it cannot be found.
    """
    requests.configure_logging(env.get("VIGIE_LOG_LEVEL", "INFO").upper())
    address = postgres.current(env)
    return create_app(config.from_env(env, database_url=address.app, owner_url=address.owner))


def _faces(app: Flask) -> None:
    for blueprint in (health.blueprint, metrics.blueprint, problems.blueprint):
        app.register_blueprint(blueprint)
    api = openapi.init_app(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)


def _middleware(app: Flask, settings: Settings) -> None:
    application = security.Headers(hosting.PathPrefix(app.wsgi_app), app, settings)
    hops = settings.forwarded_hops
    if hops:
        # Only what our own proxies said is believed; by default nobody is.
        app.wsgi_app = ProxyFix(application, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    else:
        app.wsgi_app = application  # type: ignore[method-assign]
