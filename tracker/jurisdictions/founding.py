"""A jurisdiction made ready to receive reports: its schema, the catalogue and the workflows."""

from pathlib import Path

from sqlalchemy import Engine

from tracker import db, definitions
from tracker.cases import families
from tracker.catalogue import files
from tracker.catalogue import service as catalogue
from tracker.jurisdictions import service
from tracker.jurisdictions.service import Town


def found(owner: Engine, app: Engine, town: Town, *, app_role: str, data: Path = definitions.DATA) -> None:
    """Create a jurisdiction and load the catalogue and the workflows of a data folder into it.

    Raises JurisdictionExists, CodeInvalid, catalogue.errors.CatalogueInvalid, workflow.InvalidDefinition.
    """
    services = files.read_folder(data / "catalogue")
    service.create(owner, town, app_role=app_role)
    with db.transaction(app, town.code) as session:
        catalogue.load(session, services)
        families.load(session, data / "workflows")
