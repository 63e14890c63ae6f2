"""The catalogue as shipped, read once."""

import pytest

from tracker.catalogue import files
from tracker.catalogue.definitions import Catalogue


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """Return the catalogue under data/catalogue."""
    return files.read_folder(files.DEFAULT_FOLDER)
