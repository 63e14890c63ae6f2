"""Joins the faces to the application."""

from flask import Flask

from tracker.http import answers
from tracker.maps import tiles_api
from tracker.web import citizen, crew, dispatch, reporting, shell, site, tracking


def register(app: Flask) -> None:
    """Add the pages of citizens, dispatchers and crews, and the page that tells a failure to a person."""
    for blueprint in (
        tiles_api.blueprint,
        site.blueprint,
        citizen.blueprint,
        reporting.blueprint,
        tracking.blueprint,
        dispatch.blueprint,
        crew.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.context_processor(shell.defaults)
    app.extensions[answers.PAGE_EXTENSION] = site.problem_page
