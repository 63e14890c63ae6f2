"""Joins the faces to the application."""

from collections.abc import Mapping

from flask import Flask

from tracker.http import answers
from tracker.maps import tiles_api
from tracker.web import (
    booking,
    citizen,
    clerk,
    crew,
    crew_kept,
    dispatch,
    inbox,
    oncall,
    orders,
    own_data,
    proof,
    reporting,
    rules,
    shell,
    site,
    storms,
    texts,
    told,
    tracking,
    unsubscribing,
    workflows,
)


def register(app: Flask) -> None:
    """Add the pages of citizens, dispatchers and crews, and the page that tells a failure to a person."""
    for blueprint in (
        tiles_api.blueprint,
        site.blueprint,
        citizen.blueprint,
        reporting.blueprint,
        booking.blueprint,
        tracking.blueprint,
        unsubscribing.blueprint,
        dispatch.blueprint,
        oncall.blueprint,
        storms.blueprint,
        rules.blueprint,
        orders.blueprint,
        crew.blueprint,
        crew_kept.blueprint,
        told.blueprint,
        inbox.blueprint,
        texts.blueprint,
        workflows.blueprint,
        clerk.blueprint,
        proof.blueprint,
        own_data.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.context_processor(shell.defaults)
    app.jinja_env.globals["unread_notices"] = inbox.unread
    app.jinja_env.filters["extract"] = _extract
    app.extensions[answers.PAGE_EXTENSION] = site.problem_page


def _extract(key: str, names: Mapping[str, str]) -> str:
    """Return the name of a key, the key itself when it has none."""
    return names.get(key, key)
